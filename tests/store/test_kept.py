"""What a change took away is kept once, given back whole, and forgotten for good."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from qualkit.store import kept, schema


@pytest.mark.parametrize("data", ["", "Ünïcode 😀\n", b"\x00\xff" * 50_000])
def test_what_is_kept_is_given_back_until_it_is_forgotten(project, data):
    with project._store.alone() as connection:
        name = kept.keep(connection, data)

        assert kept.keep(connection, data) == name
        rows = connection.execute(select(schema.kept.c.sha256)).scalars().all()
        assert rows == [name]
        assert kept.given(connection, name) == (data.encode() if isinstance(data, str) else data)
        assert kept.forget(connection, [name, "0" * 64]) == 1
        assert kept.given(connection, name) is None


def test_what_is_not_what_it_was_is_not_given(project):
    with project._store.alone() as connection:
        one, other = kept.keep(connection, "one"), kept.keep(connection, "other")
        k = schema.kept.c
        data = connection.execute(select(k.data).where(k.sha256 == one)).scalar_one()
        for damaged in (data, data[:-3], b"no zlib", b""):
            connection.execute(update(schema.kept).where(k.sha256 == other).values(data=damaged))
            assert kept.given(connection, other) is None


def test_many_rows_as_one_text_come_back_in_their_order():
    rows: list[dict[str, object]] = [{"a": 1, "b": None, "c": 2}, {"a": 2, "b": "é\u2028", "c": 2}]

    assert kept.as_rows(kept.as_text(rows, ("b", "a")).encode()) == [
        {"b": None, "a": 1}, {"b": "é\u2028", "a": 2},
    ]  # fmt: skip
