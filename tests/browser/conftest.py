"""A server to look at, tokens for it, and a browser that keeps to itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.witness import Witness
from tests.demo import Demo, demo

ColorScheme = Literal["light", "dark"]

# The distribution's browser, run as the current user and kept from looking up its maker's hosts.
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo"), customers=20) as started:
        yield started


@pytest.fixture(scope="session")
def server_url(running: Demo) -> str:
    """Where the server under test answers, without a closing slash."""
    return running.url


@pytest.fixture(scope="session")
def token(running: Demo) -> Callable[[str, str], str]:
    """Makes a token for a role that may act for a purpose."""
    return running.token


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def color_scheme() -> ColorScheme:
    return "light"


@pytest.fixture
def visit(browser: Browser, server_url: str, color_scheme: ColorScheme) -> Iterator[tuple[Page, Witness]]:
    """An empty page in a browser that remembers nothing, and the witness of all it does."""
    with browser.new_context(base_url=server_url, color_scheme=color_scheme) as context:
        witness = Witness(context, server_url)
        yield context.new_page(), witness
