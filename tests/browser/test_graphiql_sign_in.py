"""A newcomer signs in from GraphiQL, in a window of its own, and comes back to the query that they were writing."""

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.witness import Witness
from tests.demo import Demo
from tests.oauth.command_line import customer360, in_core
from tests.oauth.world import PASSWORD

pytestmark = pytest.mark.browser

AGENT, CAMPAIGNER, OFFICER = "ada@example.com", "moa@example.com", "pia@example.com"
BIRTH_DATE = (
    'query BirthDate { customer(by: {number: "C-000001"}) { number party { ... on Individual { birthDate } } } }'
)

Visit = tuple[Page, Witness]


@pytest.fixture(scope="module", autouse=True)
def people(running: Demo) -> None:
    for name, role, purposes in (
        (AGENT, "service_agent", ["care"]),
        (CAMPAIGNER, "marketing_campaigner", ["direct_marketing", "analytics"]),
        (OFFICER, "privacy_officer", ["rights"]),
    ):
        given = [word for purpose in purposes for word in ("--purpose", purpose)]
        command = ("user", "create", name, "--role", role, *given, "--password-stdin")
        customer360(running.environment, *command, stdin=f"{PASSWORD}\n")


def open_page(page: Page) -> None:
    page.goto("/graphiql")
    expect(page.get_by_label("Operation Editor")).to_contain_text("ScreenPop")


def sign_in_window(page: Page, button: str = "Sign in") -> Page:
    with page.expect_popup() as opened:
        page.get_by_role("button", name=button, exact=True).click()
    return opened.value


def fill_in(window: Page, username: str, password: str = PASSWORD) -> None:
    window.get_by_label("Username").fill(username)
    window.get_by_label("Password").fill(password)
    window.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, username: str) -> None:
    window = sign_in_window(page)
    with window.expect_event("close"):
        fill_in(window, username)


def who_am_i(page: Page) -> Locator:
    return page.get_by_role("status", name="Who am I")


def notice(page: Page) -> Locator:
    """Ours: Monaco has alerts of its own."""
    return page.locator(".notice[role=alert]")


def run_operation(page: Page) -> None:
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_label("Result Window")).to_contain_text('"customer"')


def kept(page: Page) -> str:
    """All that a later visitor, or another page, could find."""
    stores = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.length])")
    return f"{stores} {page.url} {page.context.cookies('http://127.0.0.1/graphiql')}"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_newcomer_signs_in_and_runs_the_first_query(visit: Visit) -> None:
    page, witness = visit
    open_page(page)
    expect(page.get_by_text("Sign in to ask.")).to_be_visible()
    sign_in(page, AGENT)
    expect(who_am_i(page)).to_contain_text("Service agent · service")
    expect(page.get_by_label("Purpose", exact=True)).to_have_value("care")
    run_operation(page)
    expect(page.get_by_label("Result Window")).to_contain_text('"number"')
    assert (witness.complaints, witness.elsewhere) == ([], [])


def test_what_was_withheld_is_named_for_the_purpose_that_was_picked(visit: Visit) -> None:
    page, witness = visit
    open_page(page)
    sign_in(page, CAMPAIGNER)
    expect(page.get_by_text("Pick a purpose: without one")).to_be_visible()
    purposes = page.get_by_label("Purpose", exact=True)
    assert purposes.locator("option").all_inner_texts() == ["Pick a purpose", "analytics", "direct_marketing"]
    purposes.select_option("direct_marketing")
    expect(who_am_i(page)).to_contain_text("for direct_marketing")
    run_operation(page)
    entries = page.get_by_role("region", name="Withheld").get_by_role("listitem")
    expect(entries).to_have_count(7)
    expect(entries.filter(has_text="Finance.balance")).to_contain_text(
        re.compile(r"withhold.*no-rule.*GDPR Art\. 5\(1\)\(c\), 25\(2\).*No rule allows this", re.DOTALL)
    )
    assert witness.complaints == []


def test_what_was_withheld_from_single_customers_is_named_too(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    sign_in(page, CAMPAIGNER)
    page.get_by_label("Purpose", exact=True).select_option("direct_marketing")
    expect(who_am_i(page)).to_contain_text("for direct_marketing")
    write(page, "query Everybody { customers(first: 20) { nodes { displayName } } }")
    expect(page.get_by_role("tab", name="Everybody")).to_be_visible()
    with page.expect_response("**/graphql") as answered:
        page.get_by_role("button", name="Execute query").click()
    rows = answered.value.json()["extensions"]["privacy"]["rows"]
    without_consent = [row["subject"] for row in rows if "consents_direct_marketing" in row["withheld"][0]["unmet"]]
    assert without_consent
    entries = page.get_by_role("region", name="Withheld").get_by_role("listitem")
    expect(entries).to_have_count(sum(len(row["withheld"]) for row in rows))
    expect(entries.filter(has_text=without_consent[0]).first).to_contain_text(
        "does not meet: consents_direct_marketing"
    )


def test_the_token_is_in_memory_and_nowhere_else(visit: Visit) -> None:
    page, witness = visit
    open_page(page)
    sign_in(page, AGENT)
    expect(who_am_i(page)).to_contain_text("Service agent")
    run_operation(page)
    asked = [request for request in witness.requests if request.url.endswith("/graphql")]
    token = (asked[-1].header_value("Authorization") or "").removeprefix("Bearer ")
    assert len(token) > 100
    assert kept(page) == f"[{{}},{{}},2] {page.url} []"
    assert page.url.endswith("/graphiql")
    assert all(request.header_value("Cookie") is None for request in asked)
    assert not any(token in request.url for request in witness.requests)
    page.reload()
    expect(who_am_i(page)).to_contain_text("Not signed in")


def test_the_request_is_that_of_a_public_client_with_pkce(visit: Visit, running: Demo) -> None:
    page, witness = visit
    open_page(page)
    window = sign_in_window(page)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(window.url).query).items()}
    with window.expect_event("close"):
        fill_in(window, AGENT)
    expect(who_am_i(page)).to_contain_text("Service agent")
    assert (asked["client_id"], asked["code_challenge_method"]) == ("customer360-graphiql", "S256")
    assert asked["redirect_uri"] == f"{running.url}/graphiql/signed-in"
    (redeemed,) = (request for request in witness.requests if request.url.endswith("/oauth/token"))
    sent = parse_qs(redeemed.post_data or "")
    assert sent.keys() == {"grant_type", "code", "client_id", "redirect_uri", "code_verifier", "resource"}
    assert redeemed.header_value("Authorization") is None
    assert redeemed.header_value("Cookie") is None
    response = redeemed.response()
    assert response is not None
    assert "refresh_token" not in response.json()


def test_a_wrong_password_is_said_and_can_be_mended(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    window = sign_in_window(page)
    expect(page.get_by_text("Sign in in the window that has opened.")).to_be_visible()
    fill_in(window, AGENT, "not the password")
    expect(window.get_by_role("alert")).to_contain_text("not right")
    expect(who_am_i(page)).to_contain_text("Not signed in")
    with window.expect_event("close"):
        fill_in(window, AGENT)
    expect(who_am_i(page)).to_contain_text("Service agent")


def test_a_refusal_leaves_nobody_signed_in(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    window = sign_in_window(page)
    asked = parse_qs(urlsplit(window.url).query)
    answer = {"error": "access_denied", "state": asked["state"][0], "iss": issuer_of(window)}
    with window.expect_event("close"):
        window.evaluate("address => { location.href = address }", f"/graphiql/signed-in?{urlencode(answer)}")
    expect(notice(page)).to_contain_text("Access was refused")
    expect(page.get_by_role("button", name="Sign in again")).to_be_visible()
    expect(who_am_i(page)).to_contain_text("Not signed in")


def issuer_of(window: Page) -> str:
    """The built-in authorization server, which is at the origin of the page."""
    parts = urlsplit(window.url)
    return f"{parts.scheme}://{parts.netloc}"


WAITING = "Sign in in the window that has opened."
OTHER_SERVER = "The answer is of another server."


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"state": "somebody-elses"}, WAITING),
        ({"iss": "https://evil.example"}, OTHER_SERVER),
        ({"iss": ["OURS", "https://evil.example"]}, OTHER_SERVER),
        ({"iss": ""}, OTHER_SERVER),
        ({"iss": []}, "The answer does not name the server that it is from."),
    ],
)
def test_an_answer_to_another_question_is_not_taken(visit: Visit, changes: dict[str, Any], shown: str) -> None:
    page, witness = visit
    open_page(page)
    window = sign_in_window(page)
    asked = parse_qs(urlsplit(window.url).query)
    ours = issuer_of(window)
    answer = {"code": "c360_ac_planted", "state": asked["state"][0], "iss": ours, **changes}
    query = urlencode(answer, doseq=True).replace("OURS", quote(ours, safe=""))
    with window.expect_event("close"):
        window.evaluate("address => { location.href = address }", f"/graphiql/signed-in?{query}")
    expect(page.get_by_text(shown)).to_be_visible()
    assert not any(request.url.endswith("/oauth/token") for request in witness.requests)


def test_signing_in_can_be_given_up(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    sign_in_window(page).close()
    page.get_by_role("button", name="Cancel sign-in").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_who_signs_out_is_forgotten(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    sign_in(page, AGENT)
    page.get_by_role("button", name="Sign out").click()
    expect(who_am_i(page)).to_contain_text("Not signed in")
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_label("Result Window")).to_contain_text("Sign in or paste a token first")


def test_a_token_that_ran_out_asks_for_another(visit: Visit) -> None:
    page, _ = visit
    page.clock.install()
    open_page(page)
    sign_in(page, AGENT)
    expect(who_am_i(page)).to_contain_text("Service agent")
    page.clock.fast_forward("10:00")
    expect(notice(page)).to_contain_text("Your sign-in ran out")
    expect(who_am_i(page)).to_contain_text("Not signed in")
    # The server still knows who sits there, and asks for no password within its own eight hours.
    sign_in_window(page, "Sign in again")
    expect(notice(page)).to_have_count(0)
    expect(who_am_i(page)).to_contain_text("Service agent")


def test_what_needs_a_recent_sign_in_offers_one(visit: Visit, running: Demo) -> None:
    page, witness = visit
    open_page(page)
    sign_in(page, OFFICER)
    expect(who_am_i(page)).to_contain_text("Privacy officer")
    page.get_by_role("button", name="Sign out").click()
    # Two hours later in the same browser: who sits there is known, and their token says since when.
    in_core(running.environment, "UPDATE oauth.session SET authenticated_at = authenticated_at - interval '2 hours'")
    sign_in_window(page)
    expect(who_am_i(page)).to_contain_text("for rights")
    write(page, BIRTH_DATE)
    expect(page.get_by_role("tab", name="BirthDate")).to_be_visible()
    page.get_by_role("button", name="Execute query").click()
    expect(notice(page)).to_contain_text("needs a sign-in of the last 60 minutes")
    window = sign_in_window(page, "Sign in again")
    assert parse_qs(urlsplit(window.url).query)["max_age"] == ["3600"]
    with window.expect_event("close"):
        fill_in(window, OFFICER)
    expect(notice(page)).to_have_count(0)
    run_operation(page)
    expect(page.get_by_label("Result Window")).to_contain_text('"birthDate"')
    assert [told for told in witness.complaints if "401" not in told] == []


def write(page: Page, document: str) -> None:
    editor = page.get_by_label("Operation Editor").get_by_role("textbox")
    editor.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(document)
    # The editor closes by itself the brace that it was given.
    page.keyboard.press("Delete")


def test_by_keyboard_alone(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_focused()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    window = opened.value
    expect(window.get_by_label("Username")).to_be_focused()
    window.keyboard.type(CAMPAIGNER)
    window.keyboard.press("Tab")
    window.keyboard.type(PASSWORD)
    with window.expect_event("close"):
        window.keyboard.press("Enter")
    purposes = page.get_by_label("Purpose", exact=True)
    expect(purposes.locator("option")).to_have_count(3)
    expect(purposes).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(who_am_i(page)).to_contain_text("for direct_marketing")
