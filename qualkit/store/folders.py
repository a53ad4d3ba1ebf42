"""Where a study's file lies: on a disk of this machine, on a network, or in a synced folder.

A program that syncs a folder copies files while they are written to, and puts two people's work
into two files. A network file system cannot share the memory that SQLite's write-ahead log needs.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/mounts")
_REMOTE: Final = 4  # what Windows calls a drive that lies on another machine
_NETWORK: Final = re.compile(
    r"(?:fuse\.)?(?:nfs\d?|cifs|smb\d?|smbfs|smbnetfs|sshfs|9p|afs|afpfs|webdav|davfs2?|ncpfs"
    r"|glusterfs|ceph|lustre|beegfs|gpfs|rclone|s3fs|gcsfuse|vboxsf|vmhgfs(?:-fuse)?|prl_fs|drvfs"
    r"|google-drive-ocamlfuse|onedriver|gvfsd-fuse)"
)
_UNC: Final = re.compile(r"\\\\(?![?.]\\)|\\\\\?\\UNC\\")
_SYNCED: Final = (  # part of a folder's name -> whose it is
    (re.compile(r"onedrive(?: - .+|-.+)?", re.IGNORECASE), "OneDrive"),
    (re.compile(r"dropbox(?: \(.+\)|-.+)?", re.IGNORECASE), "Dropbox"),
    (re.compile(r"icloud ?drive|com~apple~clouddocs|mobile documents", re.IGNORECASE), "iCloud"),
    (re.compile(r"google ?drive(?: \(.+\)|-.+)?|drivefs|googledrive.*", re.IGNORECASE),
     "Google Drive"),
    (re.compile(r"Box(?: Sync)?|Box-Box"), "Box"),
    (re.compile(r"nextcloud\d*", re.IGNORECASE), "Nextcloud"),
    (re.compile(r"owncloud", re.IGNORECASE), "ownCloud"),
    (re.compile(r"seafile|seadrive", re.IGNORECASE), "Seafile"),
    (re.compile(r"syncthing", re.IGNORECASE), "Syncthing"),
    (re.compile(r"MEGA(?:sync)?"), "MEGA"),
    (re.compile(r"pcloud ?drive", re.IGNORECASE), "pCloud"),
    (re.compile(r"sharepoint", re.IGNORECASE), "SharePoint"),
)  # fmt: skip


def synced_folder(path: Path | str) -> str | None:
    r"""Whose synced folder a file lies in, by the names of its folders; None for any other.

    >>> synced_folder("/home/ann/OneDrive - School of Health/pilots.qualkit")
    'OneDrive'
    >>> synced_folder(r"C:\Users\ann\Dropbox (Personal)\pilots.qualkit")
    'Dropbox'
    >>> synced_folder("/home/ann/boxes/onedrive.qualkit") is None
    True
    """
    written = str(path)
    if "\\" not in written and not re.match(r"[A-Za-z]:", written):
        written = os.path.realpath(written)  # a link may lead into such a folder
    for name in re.split(r"[/\\]", written)[:-1]:
        for pattern, whose in _SYNCED:
            if pattern.fullmatch(name):
                return whose
    return None


def network_of(path: Path | str) -> str | None:
    r"""The kind of network file system that a file lies on; None for a disk of this machine.

    >>> network_of(r"\\server\share\pilots.qualkit")
    'a network share'
    """
    written = str(path)
    if _UNC.match(written) or (os.name == "nt" and written.startswith("//")):
        return "a network share"
    if os.name == "nt":
        return _of_drive(os.path.realpath(written))
    return _of_mount(os.path.realpath(written))


def _of_drive(path: str) -> str | None:
    import ctypes

    windows = getattr(ctypes, "windll", None)
    drive = os.path.splitdrive(path)[0]
    if drive.startswith("\\\\"):
        return "a network share"
    kind = windows.kernel32.GetDriveTypeW(f"{drive}\\") if windows is not None else 0
    return "a network drive" if kind == _REMOTE else None


def _of_mount(path: str) -> str | None:
    """By the file system mounted nearest above it; what a whole machine runs from is its disk."""
    try:
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    nearest, kind = "/", ""
    for line in lines:
        at, found = _mount(line)
        if len(at) >= len(nearest) and at != "/" and f"{path}/".startswith(f"{at}/"):
            nearest, kind = at, found
    return kind if _NETWORK.fullmatch(kind) else None


def _mount(line: str) -> tuple[str, str]:
    """Where something is mounted, and of what kind it is."""
    parts = line.split(" ")
    if len(parts) < 3:  # device, place, kind
        return "", ""
    place = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), parts[1])
    return place, parts[2]
