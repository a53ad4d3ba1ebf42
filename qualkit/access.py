"""Who reaches the interface: this machine alone, or others behind a login.

The interface answers to the machine that it runs on. To be reached by others it must ask for a
login, which is Streamlit's own (OpenID Connect): section ``auth`` of ``.streamlit/secrets.toml``,
in the folder where the interface is started or in the home folder.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from qualkit.errors import QualkitError
from qualkit.project import Project

_SHARED: Final = ("redirect_uri", "cookie_secret")
_OF_PROVIDER: Final = ("client_id", "client_secret", "server_metadata_url")
_SHORTEST: Final = 32  # characters of a secret that cookies are signed with
_CALLBACK: Final = "/oauth2callback"
_PORT: Final = "{port}"
_HOW: Final = "docs/teams.md says how"


class AccessError(QualkitError):
    """The interface would be reached by people whom nobody lets in."""


@dataclass(frozen=True, slots=True)
class Login:
    """How people log in.

    Attributes
    ----------
    address : str
        Under which the interface is known outside, such as ``https://qualkit.example.org``.
    providers : tuple of str
        Names of the identity providers; none where there is one alone, without a name.
    """

    address: str
    providers: tuple[str, ...] = ()

    def at(self, port: int) -> str:
        """The address where it is left open on which port the interface listens."""
        return self.address.replace(_PORT, str(port))


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address.

    >>> [is_loopback(one) for one in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def secrets_files() -> tuple[Path, ...]:
    """Where Streamlit looks for secrets; what a later one says counts."""
    return tuple(folder / ".streamlit" / "secrets.toml" for folder in (Path.home(), Path.cwd()))


def read_login(files: Sequence[Path] | None = None) -> Login | None:
    """How people log in; None where nobody is asked to.

    Parameters
    ----------
    files : sequence of path, optional
        By default those of :func:`secrets_files`.

    Raises
    ------
    AccessError
        Where the login is set up by halves, with everything that is wrong.
    """
    found: dict[str, Any] = {}
    for file in secrets_files() if files is None else files:
        found |= _read(file)
    auth = found.get("auth")
    if auth is None:
        return None
    if not isinstance(auth, Mapping):
        raise AccessError(f"[auth] in secrets.toml is no section; {_HOW}")
    if faults := _faults(auth):
        raise AccessError(f"the login in secrets.toml is not complete: {'; '.join(faults)}; {_HOW}")
    parts = urlsplit(auth["redirect_uri"])
    named = () if "client_id" in auth else tuple(_named(auth))
    return Login(f"{parts.scheme}://{parts.netloc}", named)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AccessError(f"{file}: cannot be read ({type(error).__name__})") from None


def _named(auth: Mapping[str, Any]) -> list[str]:
    return [name for name, value in auth.items() if isinstance(value, Mapping)]


def _faults(auth: Mapping[str, Any]) -> list[str]:
    """Everything that is missing or too weak; never a value, which may be a secret."""
    faults = [f"{name} is missing" for name in _SHARED if not _given(auth, name)]
    if not faults:
        if len(auth["cookie_secret"]) < _SHORTEST:
            faults.append(f"cookie_secret has fewer than {_SHORTEST} characters")
        parts = urlsplit(auth["redirect_uri"])
        if not parts.path.endswith(_CALLBACK):
            faults.append(f"redirect_uri does not end in {_CALLBACK}")
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            faults.append("redirect_uri does not begin with https://")
    own = {"": auth} if "client_id" in auth else {name: auth[name] for name in _named(auth)}
    if not own:
        faults.append("client_id is missing")
    for name, given in own.items():
        of = f" of {name}" if name else ""
        faults += [f"{one}{of} is missing" for one in _OF_PROVIDER if not _given(given, one)]
    return faults


def _given(section: Mapping[str, Any], name: str) -> bool:
    value = section.get(name)
    return isinstance(value, str) and bool(value.strip())


def require_door(address: str, study: str | None, login: Login | None) -> None:
    """AccessError where others than this machine would reach what nobody guards.

    Parameters
    ----------
    address : str
        On which the interface shall listen.
    study : str or None
        The one that it shall show.
    login : Login or None
        See :func:`read_login`.

    Raises
    ------
    AccessError
        Where the address is no loopback address and people would not have to log in, could open
        any file of this machine, or nobody in the study has a login.
    """
    if login is not None and find_spec("authlib") is None:
        raise AccessError("a login needs two more packages; install qualkit[app,login]")
    if is_loopback(address):
        return
    why = f"{address} can be reached from other machines"
    if login is None:
        raise AccessError(f"{why}, and nobody would have to log in; set up a login first: {_HOW}")
    if study is None:
        raise AccessError(f"{why}, and any file could be opened; name the STUDY that it shall show")
    with Project.open(study) as project:
        known = project.coder_table()["login"]
    if not (known != "").any():
        raise AccessError(
            f"{why}, and nobody in the study has a login; add one: "
            'qualkit coder add STUDY "Sue Hart" --role supervisor --login sue@example.org'
        )
