"""A large table cut into stretches of rows that can be read by themselves.

CSV is cut at ends of rows as the csv module sees them, so that an answer of several lines stays
whole, and lines without anything are no rows; Parquet at its row groups, and large ones again by
rows. A stretch is known by the hash of its bytes. The table is never held as a whole.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import MissingExtra, ReadError

if TYPE_CHECKING:
    import pandas as pd

ROWS: Final = 20_000  # rows of a stretch
_MARKS: Final = (",", ";", "\t")  # between cells
_ENDINGS: Final = (".csv", ".tsv", ".parquet")
_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_CHANGED: Final = "was changed while it was being read; run it again"
_OPTIONS: Final = "name yours with --text and --id; --no-id where there is none"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one file that are read together.

    Attributes
    ----------
    file : str
        The whole path.
    first : int
        The number of its first row in the whole table, counted from 1.
    rows : int
    start, end : int
        Bytes of a CSV file; rows within the group of a Parquet file.
    sha256 : str
        Of its bytes, or of the bytes of its row group's columns.
    group : int
        The row group of a Parquet file; -1 for CSV.
    mark : str
        What stands between the cells of a CSV file.
    header : tuple of str
    encoding : str
    """

    file: str
    first: int
    rows: int
    start: int
    end: int
    sha256: str
    group: int = -1
    mark: str = ","
    header: tuple[str, ...] = ()
    encoding: str = "utf-8"

    def record(self) -> dict[str, Any]:
        """What says which rows these are, wherever the file lies."""
        kept = asdict(self)
        return {k: kept[k] for k in ("first", "rows", "start", "end", "sha256", "group")} | {
            "file": Path(self.file).name
        }


def files_of(table: Path | str | Sequence[Path | str]) -> list[Path]:
    """The files of a table: one, those of a folder, of a pattern, or as listed; by their names.

    Raises
    ------
    ReadError
        Where there is none, or one is no CSV or Parquet file.
    """
    given = [table] if isinstance(table, str | Path) else list(table)
    found: list[Path] = []
    for one in map(Path, given):
        if one.is_dir():
            found += sorted(f for f in one.iterdir() if f.suffix.lower() in _ENDINGS)
        elif any(mark in one.name for mark in "*?["):
            found += sorted(one.parent.glob(one.name))
        else:
            found.append(one)
    if not found:
        raise ReadError(str(table), "there is no .csv, .tsv or .parquet file")
    for path in found:
        if not path.is_file():
            raise ReadError(str(path), "there is no such file")
        if path.suffix.lower() not in _ENDINGS:
            raise ReadError(path.name, "is no .csv, .tsv or .parquet file")
    return [path.resolve() for path in found]


def stretches(
    table: Path | str | Sequence[Path | str],
    *,
    text: str,
    id: str | None,  # noqa: A002 - what the column is called
    rows: int = ROWS,
    encoding: str = "utf-8",
) -> Iterator[Stretch]:
    """The stretches of a table, in order.

    Raises
    ------
    ReadError
        For a file without these columns, in another encoding, or that breaks off.
    """
    if rows < 1:
        raise ValueError(f"{rows} is no number of rows; a stretch has one or more")
    _check(encoding)
    first = 1
    for path in files_of(table):
        wanted = [text] if id is None else [id, text]
        cut = _parquet if path.suffix.lower() == ".parquet" else _csv
        for stretch in cut(path, wanted, rows, first, encoding):
            first += stretch.rows
            yield stretch


def read(stretch: Stretch, *, text: str, id: str | None) -> pd.DataFrame:  # noqa: A002
    """The rows of a stretch: ``id`` and ``text``, all words; a missing text is empty.

    Without a column for the id, a comment is known by the number of its row, counted from 1.

    Raises
    ------
    ReadError
        Where the file is no longer what it was when it was cut.
    """
    import pandas as pd

    texts, ids = (_read_csv if stretch.group < 0 else _read_parquet)(stretch, text, id)
    if ids is None:
        ids = [str(stretch.first + n) for n in range(len(texts))]
    return pd.DataFrame({"id": pd.Series(ids, dtype="str"), "text": pd.Series(texts, dtype="str")})


# CSV ------------------------------------------------------------------------------------------


def _check(encoding: str) -> None:
    try:
        if b'\r\n",;\t'.decode(encoding) == '\r\n",;\t':
            return
    except (LookupError, UnicodeDecodeError):
        pass
    why = "is no encoding that a table is cut in; take utf-8 or cp1252, or save it as UTF-8"
    raise ValueError(f"{encoding!r} {why}")


class _Lines:
    """The lines of a file, counted in bytes and hashed.

    A line ends where its bytes say so: read as Latin-1, each byte is one character.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        with path.open("rb") as file:
            head = file.read(len(_BOM))
        if head.startswith(_UTF16):
            raise ReadError(path.name, "is UTF-16; save it as CSV in UTF-8")
        self.at = len(_BOM) if head == _BOM else 0
        self.number = 0
        self.hashed = hashlib.sha256()

    def __iter__(self) -> Iterator[str]:
        with self._path.open(encoding="latin-1", newline="") as file:
            file.seek(self.at)
            for line in file:
                raw = line.encode("latin-1")
                self.at += len(raw)
                self.number += 1
                self.hashed.update(raw)
                try:
                    yield raw.decode(self._encoding)
                except UnicodeDecodeError as error:
                    why = f"is not {self._encoding}; say --encoding cp1252, or save it as UTF-8"
                    raise ReadError(self._path.name, why, line=self.number) from error


def _csv(
    path: Path, wanted: Sequence[str], rows: int, first: int, encoding: str
) -> Iterator[Stretch]:
    mark = _mark(path, wanted, encoding)
    lines = _Lines(path, encoding)
    reader = csv.reader(lines, delimiter=mark)
    last = lines.at
    try:
        header = tuple(next(reader))
        while True:
            lines.hashed, start = hashlib.sha256(), lines.at
            count = sum(1 for _ in islice(filter(None, reader), rows))
            if not count:
                break
            yield Stretch(
                str(path), first, count, start, lines.at, lines.hashed.hexdigest(),
                mark=mark, header=header, encoding=encoding,
            )  # fmt: skip
            first += count
            last = start
    except csv.Error as error:
        why = f"{error}; is a quotation mark left open above?"
        raise ReadError(path.name, why, line=lines.number) from error
    _closed(path, last, lines.number, mark, encoding)


def _mark(path: Path, wanted: Sequence[str], encoding: str) -> str:
    """What stands between cells: that under which the heading has the columns."""
    heads = []
    for mark in _MARKS:
        heads.append(next(csv.reader(_Lines(path, encoding), delimiter=mark), []))
        if set(wanted) <= set(heads[-1]):
            _refuse_double(path, wanted, heads[-1])
            return mark
    known = max(heads, key=len)
    if not known:
        raise ReadError(path.name, "is empty; its first row must name the columns")
    raise _no_column(path, wanted, known)


def _no_column(path: Path, wanted: Sequence[str], known: Sequence[str]) -> ReadError:
    missing = next(name for name in wanted if name not in known)
    return ReadError(path.name, f"has no column {missing!r}; it has {list(known)}: {_OPTIONS}")


def _refuse_double(path: Path, wanted: Sequence[str], known: Sequence[str]) -> None:
    for name in wanted:
        if known.count(name) > 1:
            raise ReadError(path.name, f"has {known.count(name)} columns {name!r}; rename one")


def _closed(path: Path, start: int, line: int, mark: str, encoding: str) -> None:
    """Refuse a file that ends within quotation marks: its last rows are one."""
    with path.open("rb") as file:
        file.seek(start)
        rest = io.StringIO(file.read().decode(encoding), newline="")
    try:
        deque(csv.reader(rest, delimiter=mark, strict=True), maxlen=0)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            why = "a quotation mark is opened in the last rows and never closed"
            raise ReadError(path.name, why, line=line) from error


def _read_csv(
    stretch: Stretch, text: str, id: str | None  # noqa: A002
) -> tuple[list[str], list[str] | None]:  # fmt: skip
    path = Path(stretch.file)
    try:
        with path.open("rb") as file:
            file.seek(stretch.start)
            raw = file.read(stretch.end - stretch.start)
    except OSError as error:
        raise ReadError(str(path), f"cannot be read by a worker ({error.strerror})") from error
    if hashlib.sha256(raw).hexdigest() != stretch.sha256:
        raise ReadError(path.name, _CHANGED)
    lines = io.StringIO(raw.decode(stretch.encoding), newline="")
    found = list(filter(None, csv.reader(lines, delimiter=stretch.mark)))
    place = {name: n for n, name in enumerate(stretch.header)}

    def column(name: str) -> list[str]:
        n = place[name]
        return [row[n] if n < len(row) else "" for row in found]

    return column(text), None if id is None else column(id)


# Parquet --------------------------------------------------------------------------------------


def parquet() -> Any:  # noqa: ANN401 - a module
    """The reader and writer of pyarrow, or MissingExtra with what to install."""
    try:
        import pyarrow.parquet as library
    except ImportError as error:
        raise MissingExtra("pyarrow", "scale") from error
    return library


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A pyarrow ParquetFile; what goes wrong with it is a ReadError."""
    library = parquet()
    import pyarrow

    try:
        with library.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError) as error:
        raise ReadError(path.name, f"is no whole Parquet file ({error})") from error


def _parquet(
    path: Path, wanted: Sequence[str], rows: int, first: int, _encoding: str
) -> Iterator[Stretch]:
    with _opened(path) as file:
        names = file.schema_arrow.names
        if not set(wanted) <= set(names):
            raise _no_column(path, wanted, names)
        _refuse_double(path, wanted, names)
        for group in range(file.num_row_groups):
            told = file.metadata.row_group(group)
            hashed = _hash_of(path, told, wanted)
            step = told.num_rows if told.num_rows <= 2 * rows else rows
            for start in range(0, told.num_rows, max(1, step)):
                end = min(start + step, told.num_rows)
                yield Stretch(str(path), first, end - start, start, end, hashed, group)
                first += end - start


def _hash_of(path: Path, told: Any, wanted: Sequence[str]) -> str:  # noqa: ANN401 - pyarrow's
    """The hash of the bytes of these columns of a row group."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        for n in range(told.num_columns):
            column = told.column(n)
            place = column.path_in_schema
            if any(place == name or place.startswith(f"{name}.") for name in wanted):
                begin = column.data_page_offset
                if column.dictionary_page_offset:
                    begin = min(begin, column.dictionary_page_offset)
                file.seek(begin)
                left = column.total_compressed_size
                while left and (some := file.read(min(left, 1 << 20))):
                    made.update(some)
                    left -= len(some)
    return made.hexdigest()


def _read_parquet(
    stretch: Stretch, text: str, id: str | None  # noqa: A002
) -> tuple[list[str], list[str] | None]:  # fmt: skip
    path = Path(stretch.file)
    columns = [text] if id is None else [text, id]
    held: dict[str, list[str]] = {name: [] for name in columns}
    at = 0
    with _opened(path) as file:
        if _hash_of(path, file.metadata.row_group(stretch.group), columns) != stretch.sha256:
            raise ReadError(path.name, _CHANGED)
        for batch in file.iter_batches(10_000, row_groups=[stretch.group], columns=columns):
            low, high = max(stretch.start - at, 0), min(stretch.end - at, batch.num_rows)
            if low < high:
                for name in columns:
                    values = batch.column(name).slice(low, high - low).to_pylist()
                    held[name] += ["" if value is None else str(value) for value in values]
            at += batch.num_rows
            if at >= stretch.end:
                break
    return held[text], None if id is None else held[id]
