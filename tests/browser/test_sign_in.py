"""The login and consent pages as people meet them, in a browser that holds them to their own policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.witness import Witness
from tests.demo import Demo
from tests.oauth.command_line import customer360, customer_who_lets_partners_see, shown
from tests.oauth.world import PASSWORD, Pkce

pytestmark = pytest.mark.browser

USERNAME = "cara@example.com"
Visit = tuple[Page, Witness]


@dataclass(frozen=True)
class App:
    """A partner's application, registered while the server runs."""

    client_id: str
    url: str
    callback: str

    def authorize(self, **changes: str) -> str:
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "state": "s",
            "code_challenge": Pkce().challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return f"/oauth/authorize?{urlencode(parameters)}"


class Back(BaseHTTPRequestHandler):
    """The application's own page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>back</title>")

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - so called in its base
        """No server listens there."""


@pytest.fixture(scope="module")
def callback() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Back) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/signed-in"
        server.shutdown()


@pytest.fixture(scope="module")
def app(running: Demo, callback: str) -> App:
    environment = running.environment
    customer = customer_who_lets_partners_see(environment)
    contract = ["--contract", "acme", "--customer", customer, "--department", "core", "--purpose", "rights"]
    # Of an address on this machine any port will do, so it is registered without one.
    back = ["--redirect-uri", "http://127.0.0.1/signed-in"]
    made = shown(environment, "client", "create", "Acme <b>Board</b>", *contract, *back)
    person = ["--role", "data_subject", "--purpose", "rights", "--customer", customer, "--password-stdin"]
    customer360(environment, "user", "create", USERNAME, *person, stdin=f"{PASSWORD}\n")
    return App(made["client_id"], running.url, callback)


@pytest.fixture
def visitor(visit: Visit) -> Page:
    return visit[0]


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Username").fill(USERNAME)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def callback_parameters(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_customer_signs_in_and_allows(visitor: Page, visit: Visit, app: App) -> None:
    visitor.goto(app.authorize())
    expect(visitor.get_by_label("Username")).to_be_focused()
    sign_in(visitor)
    expect(visitor.get_by_role("heading", name="Allow access?")).to_be_visible()
    expect(visitor.get_by_text("Acme <b>Board</b>")).to_be_visible()
    expect(visitor.get_by_role("list", name="What it would see").get_by_role("listitem")).to_have_count(1)
    expect(visitor.get_by_role("list", name="What for")).to_contain_text("rights")
    visitor.get_by_role("button", name="Allow", exact=True).click()
    visitor.wait_for_url(f"{app.callback}**")
    answer = callback_parameters(visitor)
    assert (answer["state"], answer["iss"]) == ("s", app.url)
    assert answer["code"].startswith("c360_ac_")
    assert visit[1].complaints == []


def test_by_keyboard_alone(visitor: Page, app: App) -> None:
    visitor.goto(app.authorize())
    expect(visitor.get_by_label("Username")).to_be_focused()
    visitor.keyboard.type(USERNAME)
    visitor.keyboard.press("Tab")
    visitor.keyboard.type(PASSWORD)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="Allow access?")).to_be_visible()
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_role("button", name="Do not allow")).to_be_focused()
    visitor.keyboard.press("Enter")
    visitor.wait_for_url(f"{app.callback}**")
    assert callback_parameters(visitor)["error"] == "access_denied"


def test_a_wrong_password_is_said_to_who_cannot_see(visitor: Page, app: App) -> None:
    visitor.goto(app.authorize())
    sign_in(visitor, "not the password")
    expect(visitor.get_by_role("alert")).to_contain_text("not right")
    expect(visitor.get_by_label("Username")).to_have_value(USERNAME)
    expect(visitor.get_by_label("Password")).to_have_value("")
    sign_in(visitor)
    expect(visitor.get_by_role("heading", name="Allow access?")).to_be_visible()


def test_who_signs_out_is_asked_again(visitor: Page, app: App) -> None:
    visitor.goto(app.authorize())
    sign_in(visitor)
    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("status")).to_contain_text("signed out")
    visitor.goto(app.authorize())
    expect(visitor.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_pages_run_no_script_and_keep_their_cookies_from_it(visitor: Page, visit: Visit, app: App) -> None:
    visitor.goto(app.authorize())
    assert visitor.locator("script, [onclick], iframe, img").count() == 0
    sign_in(visitor)
    expect(visitor.get_by_role("heading", name="Allow access?")).to_be_visible()
    assert visitor.evaluate("document.cookie") == ""
    cookies = visitor.context.cookies()
    assert {cookie["path"] for cookie in cookies} == {"/oauth"}
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)
    assert visit[1].elsewhere == []


def test_a_form_on_another_page_signs_nobody_in(visitor: Page, app: App) -> None:
    target = app.url + app.authorize().replace("/oauth/authorize", "/oauth/login")
    fields = f'<input name="username" value="{USERNAME}"><input name="password" value="{PASSWORD}">'
    form = f'<form method="post" action="{target}">{fields}<button>go</button></form>'
    visitor.route("https://evil.example/**", lambda route: route.fulfill(content_type="text/html", body=form))
    visitor.goto("https://evil.example/")
    visitor.get_by_role("button").click()
    expect(visitor.get_by_role("heading", name="Start again")).to_be_visible()


@pytest.mark.parametrize("wrong", [{"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}])
def test_what_does_not_work_is_said_on_a_page(visitor: Page, app: App, wrong: dict[str, str]) -> None:
    visitor.goto(app.authorize(**wrong))
    expect(visitor.get_by_role("heading", name="This does not work")).to_be_visible()
    assert urlsplit(visitor.url).netloc == urlsplit(app.url).netloc
