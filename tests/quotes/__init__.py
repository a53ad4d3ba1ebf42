"""Quotations held against sources."""
