"""Cases 8 to 15: the claims of a token, their types, audience and lifetime."""

import json
import time
from typing import Any

import pytest

from auth.tokens.claims import InvalidTokenError
from auth.tokens.gate import Gate, PresentedToken
from auth.viewer import Viewer
from tests.oauth.elsewhere import ABSENT, AUDIENCE, URL, Elsewhere, SingleUse


@pytest.fixture
def idp() -> Elsewhere:
    return Elsewhere()


async def admitted(idp: Elsewhere, header: dict[str, Any] | None = None, **changes: Any) -> Viewer:
    return await idp.gate().admit(PresentedToken(idp.token(header, **changes)))


async def refused(idp: Elsewhere, header: dict[str, Any] | None = None, **changes: Any) -> None:
    with pytest.raises(InvalidTokenError):
        await admitted(idp, header, **changes)


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "At+Jwt", "application/at+jwt"])
async def test_case_08_an_access_token_says_so(idp: Elsewhere, typ: str) -> None:
    assert (await admitted(idp, {"typ": typ})).subject == "kim"


@pytest.mark.parametrize("typ", [ABSENT, "", "JWT", "logout+jwt", "dpop+jwt", "at+jwt ", None, 7, ["at+jwt"], "jwt"])
async def test_case_08_anything_else_is_none(idp: Elsewhere, typ: object) -> None:
    await refused(idp, {"typ": typ})


@pytest.mark.parametrize("typ", [ABSENT, "JWT", "at+jwt"])
async def test_case_09_an_id_token_is_none(idp: Elsewhere, typ: object) -> None:
    """An ID token names the client as audience; even with ours it lacks a client and a role."""
    await refused(idp, {"typ": typ}, aud="crm", nonce="n")
    await refused(idp, {"typ": typ}, client_id=ABSENT, role=ABSENT, jti=ABSENT, nonce="n")


async def test_case_09_nor_is_a_client_assertion(idp: Elsewhere) -> None:
    await refused(idp, {"typ": "client-authentication+jwt"}, iss="crm", sub="crm", aud=URL)
    await refused(idp, {"typ": "JWT"}, role=ABSENT, purposes=ABSENT)


@pytest.mark.parametrize("exp", [1, "9999999999", True, ABSENT, None, [], 1e40, 10**40, -1, float("inf")])
async def test_case_10_an_end_that_is_none(idp: Elsewhere, exp: object) -> None:
    await refused(idp, exp=exp)


async def test_case_10_it_ends_and_does_not_live_for_ever(idp: Elsewhere) -> None:
    now = int(time.time())
    await refused(idp, iat=now - 100, exp=now - 11)
    await refused(idp, exp=now + 25 * 3600)
    assert (await admitted(idp, exp=now + 23 * 3600)).subject == "kim"


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_case_11_clocks_differ_by_ten_seconds(idp: Elsewhere, claim: str) -> None:
    now = int(time.time())
    soon: dict[str, Any] = {claim: now + 9}
    later: dict[str, Any] = {claim: now + 60}
    assert (await admitted(idp, **soon)).subject == "kim"
    await refused(idp, **later)


@pytest.mark.parametrize("iss", [f"{URL}/", URL.upper(), "https://evil.example", [URL], {}, ABSENT, None, ""])
async def test_case_12_another_issuer(idp: Elsewhere, iss: object) -> None:
    await refused(idp, iss=iss)


async def test_case_12_each_issuer_has_its_own_keys() -> None:
    one, other = Elsewhere(), Elsewhere("https://other.example.com")
    gate = Gate([one.issuer(), other.issuer()], single_use=SingleUse())
    assert (await gate.admit(PresentedToken(one.token()))).subject == "kim"
    assert (await gate.admit(PresentedToken(other.token()))).subject == "kim"
    # The key of another issuer, with the same key id.
    with pytest.raises(InvalidTokenError):
        await gate.admit(PresentedToken(one.token(key=other.key)))
    with pytest.raises(InvalidTokenError):
        await gate.admit(PresentedToken(other.token(iss=one.url)))


@pytest.mark.parametrize("aud", ["urn:other", f"{AUDIENCE}/", "urn:customer", ABSENT, [], None, {}, ["urn:other"], 7])
async def test_case_13_for_another_audience(idp: Elsewhere, aud: object) -> None:
    await refused(idp, aud=aud)


async def test_case_13_for_us_among_others(idp: Elsewhere) -> None:
    assert (await admitted(idp, aud=["urn:other", AUDIENCE])).subject == "kim"


@pytest.mark.parametrize(
    "scope", ["core:read", "", ABSENT, "openid  profile", "\u00e9", ["core:read"], None, 7, {}, True]
)
async def test_case_14_a_scope_is_ignored_where_scopes_do_not_count(idp: Elsewhere, scope: object) -> None:
    assert (await admitted(idp, scope=scope)).subject == "kim"


async def test_case_15_a_client_named_like_a_customer_has_no_customers_rights(idp: Elsewhere) -> None:
    """The rows come from a claim of their own, not from a subject that equals a customer id."""
    customer = "0192f0c0-0000-7000-8000-000000000001"
    await refused(idp, sub=customer, role="data_subject")
    viewer = await admitted(idp, sub=customer, role="data_subject", customer=customer)
    assert viewer.row_scope.by == customer
    assert (await admitted(idp, sub=customer)).row_scope.by is None


async def test_case_15_a_limited_role_needs_its_limit(idp: Elsewhere) -> None:
    await refused(idp, role="partner_client")
    await refused(idp, role="partner_client", customer=json.dumps("acme"))
    assert (await admitted(idp, role="partner_client", contract="acme")).row_scope.by == "acme"
