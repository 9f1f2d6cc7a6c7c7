import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.witness import Witness

pytestmark = pytest.mark.browser

ROLE, TITLE, PURPOSE = "service_agent", "Service agent", "care"

Visit = tuple[Page, Witness]
MakeToken = Callable[[str, str], str]


def open_page(page: Page, fragment: str = "") -> None:
    page.goto(f"/graphiql{fragment}")
    expect(page.get_by_label("Operation Editor")).to_contain_text("ScreenPop")


def sign_in(page: Page, token: str, title: str = TITLE, purpose: str = PURPOSE) -> None:
    page.get_by_role("button", name="Paste a token").click()
    page.get_by_label("Token", exact=True).fill(token)
    expect(who_am_i(page)).to_contain_text(title)
    expect(page.get_by_label("Purpose", exact=True)).to_have_value(purpose)


def who_am_i(page: Page) -> Locator:
    return page.get_by_role("status", name="Who am I")


def run_operation(page: Page) -> None:
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_label("Result Window")).to_contain_text('"customer"')


@pytest.mark.parametrize(("color_scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(33, 42, 59)")])
def test_opens_without_a_complaint(visit: Visit, background: str) -> None:
    page, witness = visit
    open_page(page)
    expect(page.get_by_text("Sign in to ask.")).to_be_visible()
    expect(page.get_by_role("banner")).to_have_css("background-color", background)
    assert witness.complaints == []
    assert witness.elsewhere == []
    assert witness.operations == [], "nothing is asked before there is a token"


def test_answers_the_first_query(visit: Visit, token: MakeToken) -> None:
    page, witness = visit
    open_page(page)
    sign_in(page, token(ROLE, PURPOSE))
    run_operation(page)
    expect(page.get_by_label("Result Window")).to_contain_text('"number"')
    assert witness.complaints == []
    assert witness.elsewhere == []


def test_lists_what_was_withheld(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page)
    role, purpose = "marketing_campaigner", "direct_marketing"
    sign_in(page, token(role, purpose), "Campaign manager", purpose)
    pane = page.get_by_role("region", name="Withheld")
    expect(pane.get_by_role("listitem")).to_have_count(0)
    run_operation(page)
    expect(pane.get_by_role("listitem")).to_have_count(7)
    expect(pane.get_by_role("listitem").first).to_contain_text(re.compile(r"[A-Z]\w+\.\w+.*Art\. ?\d", re.DOTALL))


def test_keeps_nothing_in_the_browser(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page)
    sign_in(page, token(ROLE, PURPOSE))
    run_operation(page)
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    assert page.context.cookies() == []


def test_token_is_asked_again_after_a_reload(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page)
    sign_in(page, token(ROLE, PURPOSE))
    page.reload()
    expect(page.get_by_text("Sign in to ask.")).to_be_visible()
    page.get_by_role("button", name="Paste a token").click()
    expect(page.get_by_label("Token", exact=True)).to_be_empty()


def test_takes_a_token_from_the_address(visit: Visit, token: MakeToken) -> None:
    page, witness = visit
    secret = token(ROLE, PURPOSE)
    open_page(page, f"#token={secret}&purpose={PURPOSE}")
    expect(who_am_i(page)).to_contain_text(f"for {PURPOSE}")
    assert page.evaluate("location.href").endswith("/graphiql")
    assert page.evaluate("history.length") <= 2, "going back must not bring the token back"
    assert not any(secret in request.url.partition("#")[0] for request in witness.requests)


def test_offers_the_purposes_of_the_token(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page)
    sign_in(page, token(ROLE, PURPOSE))
    options = page.get_by_label("Purpose", exact=True).locator("option")
    assert options.all_inner_texts() == ["Pick a purpose", PURPOSE]


def test_sends_the_purpose_that_is_picked(visit: Visit, token: MakeToken) -> None:
    page, witness = visit
    open_page(page)
    sign_in(page, token(ROLE, PURPOSE))
    run_operation(page)
    last = [request for request in witness.requests if request.method == "POST"][-1]
    assert last.header_value("Customer360-Purpose") == PURPOSE
    assert last.header_value("Cookie") is None


def test_shows_the_schema_once_signed_in(visit: Visit, token: MakeToken) -> None:
    page, witness = visit
    open_page(page)
    assert not any("__schema" in operation for operation in witness.operations)
    sign_in(page, token(ROLE, PURPOSE))
    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.get_by_role("link", name="PhoneNumber", exact=True)).to_be_visible()


def test_says_when_a_token_is_refused(visit: Visit) -> None:
    page, _ = visit
    open_page(page)
    page.get_by_role("button", name="Paste a token").click()
    page.get_by_label("Token", exact=True).fill("not-a-token")
    expect(who_am_i(page)).to_contain_text("does not accept this token")


def test_says_what_is_missing_without_a_token(visit: Visit) -> None:
    page, witness = visit
    open_page(page)
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_label("Result Window")).to_contain_text("Sign in or paste a token first")
    assert witness.operations == []


def test_works_from_the_keyboard(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Paste a token")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    page.keyboard.insert_text(token(ROLE, PURPOSE))
    expect(who_am_i(page)).to_contain_text(TITLE)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Purpose", exact=True)).to_be_focused()
    page.get_by_label("Operation Editor").get_by_role("textbox").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Result Window")).to_contain_text('"customer"')


def test_forgets_the_token_when_told(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page)
    sign_in(page, token(ROLE, PURPOSE))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token", exact=True)).to_be_empty()
    expect(who_am_i(page)).to_contain_text("Not signed in")


def test_the_policy_refuses_other_origins(visit: Visit) -> None:
    page, witness = visit
    open_page(page)
    page.evaluate("fetch('http://elsewhere.example/').catch(() => null)")
    page.evaluate("new Promise((done) => { const i = new Image(); i.onerror = done; i.src = '//elsewhere.example' })")
    refused = {complaint.split()[1] for complaint in witness.complaints if complaint.startswith("policy:")}
    assert refused == {"connect-src", "img-src"}


def test_a_purpose_that_is_not_allowed_keeps_the_offer(visit: Visit, token: MakeToken) -> None:
    page, _ = visit
    open_page(page, f"#token={token(ROLE, PURPOSE)}&purpose={PURPOSE}")
    expect(who_am_i(page)).to_contain_text(TITLE)
    page.goto("about:blank")
    open_page(page, f"#token={token(ROLE, PURPOSE)}&purpose=curiosity")
    expect(who_am_i(page)).to_contain_text("names no purpose of the policy")
    page.get_by_role("button", name="Paste a token")
