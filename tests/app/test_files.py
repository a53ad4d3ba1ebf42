"""Files that a browser sends, and the folders in which they stand."""

from __future__ import annotations

import stat

import pytest

pytest.importorskip("streamlit")

from qualkit.app.files import own_name, private_folder, write_private


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("p1.docx", "p1.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ann\\p1.docx", "p1.docx"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        ("a\0b.txt", "ab.txt"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
        ("é" * 300 + ".txt", "é" * 98 + ".txt"),
        ("x." + "y" * 300, "file"),
        ("p\ud800.txt", "p?.txt"),
    ],
)
def test_a_files_name_is_its_last_part_and_no_way_out_of_its_folder(sent, kept):
    assert own_name(sent) == kept


def test_files_are_the_accounts_own_and_go_with_their_folder():
    with private_folder() as folder:
        write_private(folder / "p1.txt", b"words")

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "p1.txt").stat().st_mode) == 0o600

    assert not folder.exists()
