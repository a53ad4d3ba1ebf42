"""Who is let in: this machine alone, or others who have logged in and whom the study knows."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")
pytest.importorskip("authlib")
from playwright.sync_api import expect

from qualkit.project import Project
from tests.browser.driving import Server, at_rest
from tests.browser.proxy import proxy
from tests.oidc import CLIENT, SECRET, provider

ANN, SUE = "ann@example.org", "sue@example.org"


@pytest.fixture
def identity():
    with provider() as made:
        yield made


@pytest.fixture
def known(study):
    """A study that knows two people."""
    with Project.open(study, user="Sue") as project:
        project.add_coder("Sue", role="supervisor", login=SUE)
        project.add_coder("Ann", role="reader", login=ANN)
    return study


@pytest.fixture
def public(known, identity, tmp_path):
    """The interface for other machines, which asks for a login."""
    home = home_with_login(tmp_path, "http://localhost:{port}", identity)
    server = Server(known, tmp_path, "--address", "0.0.0.0", home=home)  # noqa: S104 - that is what is tried
    yield server
    server.stop()


def home_with_login(folder, outside, identity):
    """A folder to start in, with the secrets that a login needs."""
    home = folder / "home"
    (home / ".streamlit").mkdir(parents=True)
    (home / ".streamlit" / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "{outside}/oauth2callback"
cookie_secret = "{"0123456789abcdef" * 2}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{identity.url}/.well-known/openid-configuration"
""",
        "utf-8",
    )
    return home


def log_in(page):
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log in")).to_have_count(0)
    at_rest(page)


def test_nobody_sees_a_study_before_they_have_logged_in(public, visit, identity):
    page = visit(f"http://localhost:{public.port}/code?source=p1", rest=False)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert "p1" not in page.inner_text("body")

    identity.person = ANN
    log_in(page)

    expect(page.get_by_text(f"Ann ({ANN})")).to_be_visible()
    assert page.get_by_text("Who codes", exact=True).count() == 0  # nobody chooses another name


def test_whom_the_study_does_not_know_is_not_let_in(public, visit, identity):
    identity.person = "eve@example.org"
    page = visit(f"http://localhost:{public.port}", rest=False)
    log_in(page)

    expect(page.get_by_text("You may not open this study.")).to_be_visible()
    expect(page.get_by_text("no coder with the login eve@example.org")).to_be_visible()
    assert page.get_by_test_id("stMain").get_by_text("p1").count() == 0


def test_through_the_proxy_of_deploy_a_login_works_and_its_cookie_is_for_tls_alone(
    known, identity, visit, tmp_path
):
    identity.person = ANN
    with proxy(tmp_path) as outside:
        server = Server(known, tmp_path, home=home_with_login(tmp_path, outside.url, identity))
        outside.before(server.port)
        try:
            page = visit(outside.url, rest=False)
            refused = []
            page.on(
                "console", lambda said: refused.append(said.text) if said.type == "error" else None
            )
            log_in(page)
            expect(page.get_by_text(f"Ann ({ANN})")).to_be_visible()
            page.goto(f"{outside.url}/code?source=p1")
            at_rest(page)
            expect(page.get_by_text("What helped the link with the schools?").first).to_be_visible()
            cookies = {one["name"]: one for one in page.context.cookies()}
        finally:
            server.stop()

    assert cookies["_streamlit_user"]["secure"]
    assert cookies["_streamlit_user"]["httpOnly"]
    assert [one for one in refused if "Content Security Policy" in one] == []
