from dataclasses import replace
from pathlib import Path

import pytest

from auth.rates import OwnBuckets, Rate
from datasources.core.buckets import CommonBuckets
from resolvers.documents.limits import DEFAULT_LIMITS, Limits
from server.settings.environment import SettingsError, load
from server.throttling import document_limits, open_throttle, read_client_rates
from tests.conftest import Addresses
from tests.limits.conftest import viewer


def test_the_limits_are_the_settings() -> None:
    assert document_limits(load({})) == DEFAULT_LIMITS
    names = ("TOKENS", "DEPTH", "ALIASES", "ROOT_FIELDS", "FIELDS", "COST")
    numbered = {f"CUSTOMER360_MAX_{name}": str(200 + n) for n, name in enumerate(names)}
    numbered["CUSTOMER360_MAX_DEPTH"] = "21"
    expected = Limits(tokens=200, depth=21, aliases=202, root_fields=203, fields=204, cost=205)
    assert document_limits(load(numbered)) == expected
    of_a_gateway = replace(expected, aliases=1010, root_fields=1015)
    assert document_limits(load(numbered), asked_by_gateway=True) == of_a_gateway


async def test_by_default_only_new_documents_are_rationed() -> None:
    async with open_throttle(load({}), "unused") as throttle:
        assert (throttle.usual, throttle.clients) == (None, {})
        assert throttle.new_documents == Rate(600, 10)
        assert isinstance(throttle.buckets, OwnBuckets)


async def test_processes_that_share_a_store_share_what_is_left(addresses: Addresses) -> None:
    settings = load({"CUSTOMER360_RATE_STORE": "core", "CUSTOMER360_RATE_LIMIT": "100/900000"})
    async with open_throttle(settings, addresses["core"]) as one, open_throttle(settings, addresses["core"]) as other:
        assert isinstance(one.buckets, CommonBuckets)
        drawn = [await each.draw(viewer("pat"), 40) for each in (one, other)]
    assert [standing and round(standing.left) for standing in drawn] == [60, 20]


@pytest.mark.parametrize(
    "given", ["", "20000", "20000/0", "0/60", "-1/60", "1.5/60", "20000/60/1", "on", "1000000000/1", "²/1"]
)
def test_a_rate_is_points_and_seconds(given: str) -> None:
    with pytest.raises(SettingsError, match="CUSTOMER360_RATE_LIMIT: must be off, or points and the seconds"):
        load({"CUSTOMER360_RATE_LIMIT": given})


def test_clients_may_have_rates_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "rates.toml"
    file.write_text('[clients]\nacme-dashboard = "600/60"\n"shop 2" = "5/10"\n')
    assert read_client_rates(file) == {"acme-dashboard": Rate(600, 10), "shop 2": Rate(5, 0.5)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[clients", "cannot be read: TOMLDecodeError"),
        ("[client]\na = '1/1'", "has one table"),
        ("clients = 3", "has one table"),
        ("[clients]\nacme = 'off'", "acme in .* needs a rate"),
        ("[clients]\nacme = 'fast'", "acme in .* must be off, or points"),
        ("[clients]\nacme = 3", "acme in .* must be off, or points"),
    ],
)
def test_a_wrong_file_of_rates_says_where(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "rates.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=f"CUSTOMER360_CLIENT_RATES: .*{problem}"):
        read_client_rates(file)
