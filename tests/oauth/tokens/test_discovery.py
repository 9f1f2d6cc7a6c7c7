"""Keys found by an issuer's metadata, which must name the issuer itself and a safe address."""

import asyncio
import json
from typing import Any

import pytest

from auth.tokens.discovery import Discovery, addresses
from auth.tokens.gate import Gate, Issuer, PresentedToken
from auth.tokens.remote_keys import Fetch, FetchError, KeysUnavailable, RemoteKeys
from server.settings.values import address_fault
from tests.oauth.elsewhere import URL, Elsewhere

OAUTH, OPENID = f"{URL}/.well-known/oauth-authorization-server", f"{URL}/.well-known/openid-configuration"
KEYS = f"{URL}/somewhere/keys"
METADATA = {"issuer": URL, "jwks_uri": KEYS}


class Web:
    """Pages by address. Records every request."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def get(self, url: str) -> bytes:
        self.asked.append(url)
        await asyncio.sleep(0)
        if url not in self.pages:
            raise FetchError("status 404")
        page = self.pages[url]
        return page if isinstance(page, bytes) else json.dumps(page).encode()


def trusting(idp: Elsewhere, fetch: Fetch) -> Gate:
    keys = RemoteKeys(idp.url, Discovery(fetch, address_fault).keys_of, lambda: idp.now)
    return Gate([Issuer(idp.issuer().verifier, keys)])


@pytest.mark.parametrize(("place", "asked"), [(OAUTH, [OAUTH, KEYS]), (OPENID, [OAUTH, OPENID, KEYS])])
async def test_keys_are_found_by_metadata(place: str, asked: list[str]) -> None:
    idp = Elsewhere()
    web = Web({place: METADATA, KEYS: {"keys": idp.published}})
    gate = trusting(idp, web.get)
    viewers = await asyncio.gather(*(gate.admit(PresentedToken(idp.token())) for _ in range(20)))
    assert {viewer.subject for viewer in viewers} == {"kim"}
    assert web.asked == asked, "once for all who wait"


def test_the_path_of_an_issuer_stands_where_each_standard_has_it() -> None:
    assert list(addresses("https://idp.example.com/realms/one")) == [
        "https://idp.example.com/.well-known/oauth-authorization-server/realms/one",
        "https://idp.example.com/realms/one/.well-known/openid-configuration",
    ]


@pytest.mark.parametrize(
    "metadata",
    [
        {**METADATA, "issuer": f"{URL}/"},
        {**METADATA, "issuer": "https://evil.example"},
        {**METADATA, "issuer": [URL]},
        {"jwks_uri": KEYS},
        {"issuer": URL},
        {**METADATA, "jwks_uri": 7},
        {**METADATA, "jwks_uri": "http://idp.example.com/keys"},
        {**METADATA, "jwks_uri": "https://169.254.169.254/keys"},
        {**METADATA, "jwks_uri": "file:///etc/passwd"},
        [METADATA],
        b"<html>",
        b'{"issuer": "%b", "issuer": "x"}' % URL.encode(),
    ],
)
async def test_metadata_that_are_wrong_in_one_thing_lead_nowhere(metadata: Any) -> None:
    idp = Elsewhere()
    keys = {"keys": idp.published}
    web = Web({OAUTH: metadata, KEYS: keys, "http://idp.example.com/keys": keys})
    with pytest.raises(KeysUnavailable):
        await trusting(idp, web.get).admit(PresentedToken(idp.token()))
    assert web.asked == [OAUTH]


async def test_an_issuer_without_metadata_is_asked_seldom() -> None:
    idp, web = Elsewhere(), Web({})
    gate = trusting(idp, web.get)
    for _ in range(50):
        with pytest.raises(KeysUnavailable):
            await gate.admit(PresentedToken(idp.token()))
    assert web.asked == [OAUTH, OPENID]


async def test_the_last_good_keys_count_while_metadata_cannot_be_had() -> None:
    idp = Elsewhere()
    web = Web({OAUTH: METADATA, KEYS: {"keys": idp.published}})
    gate = trusting(idp, web.get)
    await gate.admit(PresentedToken(idp.token()))
    web.pages.clear()
    idp.now += 3600
    assert (await gate.admit(PresentedToken(idp.token()))).subject == "kim"
    assert (await gate.admit(PresentedToken(idp.token()))).subject == "kim"


async def test_keys_that_move_are_found_again() -> None:
    idp = Elsewhere()
    web = Web({OAUTH: METADATA, KEYS: {"keys": []}})
    gate = trusting(idp, web.get)
    with pytest.raises(KeysUnavailable):
        await gate.admit(PresentedToken(idp.token()))
    moved = f"{URL}/moved"
    web.pages |= {OAUTH: {**METADATA, "jwks_uri": moved}, moved: {"keys": idp.published}}
    idp.now += 11
    assert (await gate.admit(PresentedToken(idp.token()))).subject == "kim"


async def test_an_issuer_that_answers_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(url: str) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("auth.tokens.discovery.DISCOVERY_SECONDS", 0.05)
    idp = Elsewhere()
    with pytest.raises(KeysUnavailable):
        await trusting(idp, never).admit(PresentedToken(idp.token()))
