"""Strict YAML for files that people write: every scalar stays the text that was written.

Anchors, aliases, tags, a key given twice and, where one is wanted, a second document are refused
with their line, before anything is built: ``no`` stays ``no``, ``012`` stays ``012``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qualkit.errors import CodebookError

if TYPE_CHECKING:
    import yaml

_DEPTH = 50
_BYTES = 5_000_000
_DOCUMENTS = 5_000
_WIDE = 10_000  # letters of a line that is written


class Lined(dict[str, Any]):
    """A mapping that remembers the line on which it begins, and those of its keys."""

    line: int = 0
    lines: Mapping[str, int] = MappingProxyType({})


class Listed(list[Any]):
    """A list that remembers the line on which it begins."""

    line: int = 0


def read_yaml(path: Path | str) -> Lined:
    """The one mapping that a YAML (or JSON) file holds.

    Raises
    ------
    CodebookError
        Where the file cannot be read, or is not one plain mapping, with the line.
    """
    path = Path(path)
    return parse_yaml(_text_in(path), path.name)


def read_documents(path: Path | str) -> list[Lined]:
    """The mappings that a YAML file holds, one a document ('---' parts them).

    Raises
    ------
    CodebookError
        Where the file cannot be read, or a document is not one plain mapping, with the line.
    """
    path = Path(path)
    return parse_documents(_text_in(path), path.name)


def _text_in(path: Path) -> str:
    try:
        large = path.stat().st_size > _BYTES
        data = b"" if large else path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise CodebookError(
            path.name or str(path), [f"cannot be opened ({error.strerror})"]
        ) from error
    except UnicodeDecodeError as error:
        raise CodebookError(path.name, [f"not UTF-8 at byte {error.start}"]) from error
    if large:
        raise CodebookError(path.name, [f"larger than {_BYTES // 1_000_000} MB"])
    return text


def parse_yaml(text: str, file: str) -> Lined:
    """The one mapping in a YAML text; `file` names it in errors."""
    import yaml

    try:
        _refuse(text, file)
        loaded = yaml.load(text, Loader=_loader(file))  # noqa: S506 - a BaseLoader: text only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise CodebookError(file, [f"{where}not YAML ({_problem(error)})"]) from error
    if not isinstance(loaded, Lined):
        raise CodebookError(file, ["it must be one mapping of 'key: value' lines"])
    return loaded


def parse_documents(text: str, file: str) -> list[Lined]:
    """The mappings in a YAML text, one a document; its lists remember their lines too."""
    import yaml

    try:
        _refuse(text, file, most=_DOCUMENTS)
        nodes = [node for node in yaml.compose_all(text, Loader=_quickest()) if node is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise CodebookError(file, [f"{where}not YAML ({_problem(error)})"]) from error
    nodes = [node for node in nodes if node.value != ""]  # a last '---' with nothing behind it
    made = [_built(node, file) for node in nodes]
    wrong = [node for node, one in zip(nodes, made, strict=True) if not isinstance(one, Lined)]
    if wrong or not made:
        where = f"line {_line(wrong[0])}: " if wrong else ""
        raise CodebookError(file, [f"{where}it must be one mapping of 'key: value' lines"])
    return made


def _built(node: yaml.Node, file: str) -> Any:  # noqa: ANN401 - text, Lined or Listed
    import yaml

    if isinstance(node, yaml.SequenceNode):
        listed = Listed(_built(one, file) for one in node.value)
        listed.line = _line(node)
        return listed
    if not isinstance(node, yaml.MappingNode):
        return node.value
    made, lines = Lined(), dict[str, int]()
    made.line, made.lines = _line(node), lines
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise CodebookError(file, [f"line {_line(key)}: a key must be plain text"])
        if key.value in made:
            raise CodebookError(file, [f"line {_line(key)}: the key {key.value!r} stands twice"])
        made[key.value], lines[key.value] = _built(value, file), _line(key)
    return made


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).split("\n", maxsplit=1)[0]


def _refuse(text: str, file: str, *, most: int = 1) -> None:
    import yaml

    depth = documents = 0
    for event in yaml.parse(text, Loader=_quickest()):
        where = f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise CodebookError(file, [f"{where}: anchors and aliases are not allowed"])
        if tag not in {None, "!"}:
            raise CodebookError(file, [f"{where}: the tag {tag} is not allowed"])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise CodebookError(file, [f"{where}: nested more than {_DEPTH} deep"])
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > most:
            told = "one document" if most == 1 else f"{most:,} documents"
            raise CodebookError(file, [f"{where}: more than {told}"])


def _quickest() -> Any:  # noqa: ANN401 - a class
    """The loader that builds nothing but text; libyaml's, ten times as fast, where there is one."""
    import yaml

    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _loader(file: str) -> Any:  # noqa: ANN401 - a class made for one file
    loader_class: Any = type("Loader", (_quickest(),), {})

    def mapping(loader: yaml.BaseLoader, node: yaml.MappingNode) -> Lined:
        made = Lined()
        made.line = _line(node)
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise CodebookError(file, [f"line {_line(key_node)}: a key must be plain text"])
            if key in made:
                raise CodebookError(file, [f"line {_line(key_node)}: the key {key!r} stands twice"])
            made[key] = loader.construct_object(value_node, deep=True)
        return made

    loader_class.add_constructor("tag:yaml.org,2002:map", mapping)
    return loader_class


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0


def text_of(mapping: Mapping[str, Any], key: str) -> str:
    """The text under a key, without surrounding space; empty where it is missing."""
    value = mapping.get(key, "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def yaml_of(document: Mapping[str, Any]) -> str:
    r"""A mapping as YAML that reads back the same, its texts never broken over lines.

    >>> yaml_of(Lined(id="t", rows=(Listed(["a", "1"]),)))
    "id: t\nrows:\n- - a\n  - '1'\n"
    """
    import yaml

    plain = _plain(document)
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=_WIDE))


def _plain(value: Any) -> Any:  # noqa: ANN401 - mappings, lists and text
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
