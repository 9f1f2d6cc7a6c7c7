"""The application over a fake graph, a client for it, and tokens that it accepts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from auth.policy.reach import Reach
from auth.tokens.claims import ExpectedClaims
from auth.tokens.keys import TrustedKeys
from auth.tokens.minting import mint
from auth.tokens.verifier import Verifier
from server.app import Customer360
from server.settings.environment import load
from tests.server.fake_graph import FakeGraph, opener

EXPECTED = ExpectedClaims("urn:customer360:development", "urn:customer360", {"service_agent": Reach.ALL})
KEY = ECKey.generate_key("P-256", auto_kid=True)
PURPOSES = ("care", "payment", "rights")
ORIGIN = "https://crm.example.com"

Make = Callable[..., TestClient]


@pytest.fixture(scope="session")
def bearer() -> dict[str, str]:
    token = mint(KEY, EXPECTED, role="service_agent", purposes=["care", "payment"], subject="kim")
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def graph() -> FakeGraph:
    return FakeGraph()


@pytest.fixture
def make_client(graph: FakeGraph, tmp_path: Path) -> Iterator[Make]:
    """A client of an application with these settings besides the defaults."""
    opened: list[TestClient] = []

    def make(**settings: str) -> TestClient:
        environment = {f"CUSTOMER360_{name.upper()}": value for name, value in settings.items()}
        environment |= {"CUSTOMER360_DATA_DIR": str(tmp_path), "CUSTOMER360_ALLOWED_ORIGINS": ORIGIN}
        verifier = Verifier(EXPECTED, TrustedKeys([KEY]))
        app = Customer360(load(environment), verifier, PURPOSES, opener(graph))
        client = TestClient(app, raise_server_exceptions=False)
        client.headers.clear()
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(make_client: Make) -> TestClient:
    return make_client()
