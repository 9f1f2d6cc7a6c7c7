"""AS8: clients are registered at the command line only, which refuses unsafe ones (test_commands.py)."""

import httpx2
import pytest

from tests.oauth.world import World


@pytest.mark.parametrize("path", ["/oauth/register", "/register", "/connect/register", "/oauth/clients"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_nobody_registers_over_http(http: httpx2.AsyncClient, world: World, path: str, method: str) -> None:
    assert (await http.request(method, path)).status_code == 404


async def test_the_metadata_offers_no_registration(http: httpx2.AsyncClient, world: World) -> None:
    told = (await http.get("/.well-known/oauth-authorization-server")).json()
    assert "registration_endpoint" not in told
