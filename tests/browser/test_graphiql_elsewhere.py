"""GraphiQL signs people in at another issuer, a real one, where our own authorization server is not served."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.witness import Witness
from tests.demo import Demo, demo
from tests.oauth.provider import Provider, free_port, install

pytestmark = pytest.mark.browser

ISSUERS = """
[[issuer]]
url = "{url}"
claims = {{ role = "groups" }}
roles = {{ crm-agents = "service_agent" }}
purposes = {{ service_agent = ["care"] }}

[issuer.graphiql]
client_id = "graphiql"
authorization_endpoint = "{url}/auth"
token_endpoint = "{url}/token"
scope = "openid api"
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Provider]]:
    install()
    folder, port = tmp_path_factory.mktemp("elsewhere"), free_port()
    (folder / "issuers.toml").write_text(ISSUERS.format(url=f"http://127.0.0.1:{port}"))
    with demo(folder / "data", 20, OAUTH="off", ISSUERS_FILE=str(folder / "issuers.toml")) as ours:
        provider = Provider(port, Path(folder), ours=ours.url)
        provider.start()
        yield ours, provider
        provider.stop()


@pytest.fixture
def page(browser: Browser, elsewhere: tuple[Demo, Provider]) -> Iterator[tuple[Page, Witness]]:
    with browser.new_context(base_url=elsewhere[0].url) as context:
        witness = Witness(context, elsewhere[0].url)
        yield context.new_page(), witness


def sign_in_window(page: Page) -> Page:
    page.goto("/graphiql")
    expect(page.get_by_label("Operation Editor")).to_contain_text("ScreenPop")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign in", exact=True).click()
    return opened.value


def test_a_person_signs_in_at_the_issuer_and_asks_here(
    page: tuple[Page, Witness], elsewhere: tuple[Demo, Provider]
) -> None:
    graphiql, witness = page
    window = sign_in_window(graphiql)
    window.get_by_placeholder("Enter any login").fill("kim")
    window.get_by_placeholder("and password").fill("any")
    window.get_by_role("button", name="Sign-in").click()
    window.get_by_role("button", name="Continue").click()
    expect(graphiql.get_by_role("status", name="Who am I")).to_contain_text("Service agent")
    expect(graphiql.get_by_label("Purpose", exact=True)).to_have_value("care")
    graphiql.get_by_role("button", name="Execute query").click()
    expect(graphiql.get_by_label("Result Window")).to_contain_text('"customer"')
    issuer = elsewhere[1].url
    fetched = [request.url for request in witness.requests if request.frame.page == graphiql]
    assert {url for url in fetched if url.startswith(issuer)} == {f"{issuer}/token"}, "the page itself asks no more"
    assert graphiql.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    expect(graphiql.get_by_role("alert").filter(has_text="sign")).to_have_count(0)


def test_who_refuses_there_is_not_signed_in_here(page: tuple[Page, Witness]) -> None:
    graphiql, _ = page
    window = sign_in_window(graphiql)
    window.get_by_role("link", name="Cancel").click()
    expect(graphiql.locator(".notice[role=alert]")).to_contain_text("Access was refused")
    expect(graphiql.get_by_role("status", name="Who am I")).to_contain_text("Not signed in")
