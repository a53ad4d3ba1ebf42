"""When the interface may be reached from other machines, and when it is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qualkit.access import AccessError, Login, read_login, require_door
from qualkit.project import Project

GOOD = {
    "redirect_uri": "https://qualkit.example.org/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "qualkit",
    "client_secret": "s",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}
PUBLIC = "0.0.0.0"  # noqa: S104 - that is what is refused


def secrets(write, name="secrets.toml", **changed):
    lines = [f'{key} = "{value}"' for key, value in {**GOOD, **changed}.items() if value != ""]
    return write(name, "\n".join(["[auth]", *lines, ""]))


def test_a_login_is_read_with_the_address_that_people_type(write):
    assert read_login([secrets(write)]) == Login("https://qualkit.example.org")


def test_several_providers_are_told_by_name(write):
    shared = {name: GOOD[name] for name in ("redirect_uri", "cookie_secret")}
    of_one = {name: value for name, value in GOOD.items() if name not in shared}
    text = "[auth]\n" + "\n".join(f'{k} = "{v}"' for k, v in shared.items())
    for name in ("google", "microsoft"):
        text += f"\n[auth.{name}]\n" + "\n".join(f'{k} = "{v}"' for k, v in of_one.items())
    assert read_login([write("s.toml", text)]).providers == ("google", "microsoft")


def test_no_file_and_no_section_are_no_login(write, tmp_path):
    assert read_login([tmp_path / "none.toml", write("s.toml", "[other]\nx = 1\n")]) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"cookie_secret": "short"}, "cookie_secret has fewer than 32 characters"),
        ({"redirect_uri": "https://x.org/"}, "redirect_uri does not end in /oauth2callback"),
        ({"redirect_uri": "http://x.org/oauth2callback"}, "does not begin with https://"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_secret": "", "server_metadata_url": ""},
         "client_secret is missing; server_metadata_url is missing"),
        ({"cookie_secret": ""}, "cookie_secret is missing"),
    ],
)  # fmt: skip
def test_a_login_by_halves_is_refused_without_telling_its_secrets(write, changed, told):
    with pytest.raises(AccessError) as caught:
        read_login([secrets(write, **changed)])
    assert told in str(caught.value)
    assert not any(value in str(caught.value) for value in ("short", GOOD["cookie_secret"]))


def test_a_file_that_is_no_toml_is_named(write):
    with pytest.raises(AccessError, match=r"s\.toml: cannot be read"):
        read_login([write("s.toml", "[auth\n")])


# The door ------------------------------------------------------------------------------------


def test_this_machine_alone_needs_no_login():
    require_door("127.0.0.1", None, None)


def test_a_login_alone_does_not_open_every_file_of_the_machine():
    with pytest.raises(AccessError, match="any file could be opened; name the STUDY"):
        require_door(PUBLIC, None, Login("https://x.org"))


def test_a_study_needs_somebody_who_may_come_in(address):
    with Project.create(address, user="Sue") as project:
        project.add_coder("Sue", role="supervisor")
        with pytest.raises(AccessError, match="nobody in the study has a login"):
            require_door(PUBLIC, address, Login("https://x.org"))
        project.set_coder("Sue", login="sue@example.org")
    require_door(PUBLIC, address, Login("https://x.org"))


def test_a_server_that_was_started_without_us_shows_nothing_to_other_machines(monkeypatch):
    """`streamlit run app.py --server.address ...` says what is wrong in place of the study."""
    testing = pytest.importorskip("streamlit.testing.v1")
    # the script takes the place of the main module, which processes that start later would run
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])

    run = """
from unittest.mock import patch
from streamlit import runtime
import streamlit as st
from qualkit.app import main
with patch.object(main.runtime, "exists", return_value=True), patch.object(
    main.st, "get_option", return_value="0.0.0.0"
):
    main.main()
"""
    page = testing.AppTest.from_string(run, default_timeout=60).run()

    assert [one.value for one in page.error] == [
        "This server can be reached from other machines, and nobody has to log in."
    ]
    assert not page.sidebar.children


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104
def test_a_public_address_without_a_login_is_refused(tmp_path, address):
    command = [sys.executable, "-m", "qualkit", "app", "any.qualkit", "--address", address]
    home = {"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "PATH": ""}
    made = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=home, check=False
    )

    assert made.returncode == 1
    assert (
        f"{address} can be reached from other machines, and nobody would have to log in"
        in made.stderr
    )
