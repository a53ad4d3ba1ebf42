"""S3: reading files opens nothing else and asks no network."""

from __future__ import annotations

import pytest

from trust import NotHere, measured
from trust.s03_reach import reached


def test_no_import_opens_a_file_elsewhere_or_asks_the_network():
    try:
        result = measured("S3", long=False)
    except NotHere as why:
        pytest.skip(f"NOT MEASURED: {why}")

    assert result.ok, result.detail


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            '12 openat(AT_FDCWD, "/home/ann/secret.txt", O_RDONLY) = 3',
            "opened: /home/ann/secret.txt",
        ),
        ('openat(AT_FDCWD, "../x", O_RDONLY|O_CLOEXEC) = 3', "opened: /study/x"),
        ('12 openat(AT_FDCWD, "/etc/x", O_RDWR|O_CREAT, 0600) = 3', "changed: /etc/x"),
        ('12 unlink("/home/ann/a") = 0', "changed: /home/ann/a"),
        ('12 rename("a", "/tmp/a") = 0', "changed: /tmp/a"),
        (
            "12 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5",
            "network: 12 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5",
        ),
    ],
)
def test_what_reaches_elsewhere_is_seen(line, fault, tmp_path):
    from pathlib import Path

    assert list(reached([line], Path("/study/here"))) == [fault]


def test_what_stays_within_is_no_fault():
    from pathlib import Path

    lines = [
        '12 openat(AT_FDCWD, "s.qualkit", O_RDWR|O_CREAT, 0600) = 3',
        '12 openat(AT_FDCWD, "/home/ann/no.txt", O_RDONLY) = -1 ENOENT (No such file)',
        '12 openat(AT_FDCWD, "/etc/localtime", O_RDONLY) = 3',
        "12 socket(AF_UNIX, SOCK_STREAM, 0) = 5",
    ]
    assert list(reached(lines, Path("/study/here"))) == []
