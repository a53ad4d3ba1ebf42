"""qualkit: framework analysis from interview files to a quote grid in Word.

>>> import qualkit as qk
>>> sorted(qk.__all__)[:3]
['Code', 'Codebook', 'Coding']

The public names are loaded when they are first used, so that `import qualkit` and
`qualkit --help` stay quick.
"""

from importlib import import_module

_HOME = {
    "Code": "model",
    "Codebook": "model",
    "Coding": "model",
    "Framework": "model",
    "Grid": "framework",
    "Project": "project",
    "QualkitError": "errors",
    "Snapshot": "snapshot",
    "Source": "model",
    "Turn": "model",
    "build_grid": "framework",
    "read_codebook": "codebook",
    "read_framework": "codebook",
    "read_source": "importers",
}

_PARTS = {
    "agreeing", "agreement", "codebook", "coding", "errors", "exchanging", "framework", "importers",
    "interchange", "model", "reports", "settling", "survey", "surveying", "tables", "topics",
    "triangulate", "triangulating",
}  # fmt: skip

__version__ = "0.1.0"
__all__ = sorted(_HOME)  # noqa: PLE0605 - the names are the keys of the one table above


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"qualkit.{_HOME[name]}"), name)
    if name in _PARTS:
        return import_module(f"qualkit.{name}")
    raise AttributeError(f"module 'qualkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
