"""What Streamlit runs. It lies in a folder of its own, away from ``pages``.

Streamlit takes a folder of that name beside its script for pages of an older kind, and answers a
deep link with an empty page.
"""
