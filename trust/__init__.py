"""Long measurements of what qualkit promises: one small module a promise.

A module is called by its promise (``r01_kill.py`` is R1) and has a :class:`~trust._result.Promise`
``PROMISE`` and a function ``measure(long)``. ``python -m trust`` runs them all at length and writes
the table of ``docs/trust.md``; the tests of the same name in ``tests/trust`` run them in short.
"""

from trust._result import NotHere, Promise, Result, measured, module_of, modules

__all__ = ["NotHere", "Promise", "Result", "measured", "module_of", "modules"]
