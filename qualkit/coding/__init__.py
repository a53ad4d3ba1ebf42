"""Semi-automatic coding: suggestions that learn, rules, keyword in context, and their quality.

`suggest` and `evaluate` are loaded when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module

_HOME = {"evaluate": "quality", "suggest": "suggestions", "trial": "quality"}
__all__ = sorted(_HOME)  # noqa: PLE0605 - the names are the keys of the one table above


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"qualkit.coding.{_HOME[name]}"), name)
    raise AttributeError(f"module 'qualkit.coding' has no attribute {name!r}")
