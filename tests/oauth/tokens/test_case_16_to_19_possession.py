"""Cases 16 to 19: a token bound to a key needs a proof of that key for each request."""

import asyncio
import time
from typing import Any

import pytest
from joserfc.jwk import ECKey

from auth.tokens.claims import InvalidTokenError
from auth.tokens.dpop import InvalidProofError
from auth.tokens.gate import PresentedToken
from tests.oauth.elsewhere import ABSENT, RESOURCE, Elsewhere, SingleUse, proof

KEY = ECKey.generate_key("P-256", private=True)


@pytest.fixture
def idp() -> Elsewhere:
    return Elsewhere()


def bound(idp: Elsewhere, key: ECKey = KEY) -> str:
    return idp.token(cnf={"jkt": key.thumbprint()})


async def test_who_has_the_key_is_let_in(idp: Elsewhere) -> None:
    token = bound(idp)
    viewer = await idp.gate().admit(PresentedToken(token, is_dpop=True, proof=proof(KEY, token)))
    assert viewer.subject == "kim"


@pytest.mark.parametrize(
    "cnf", [{"jkt": "x"}, {"x5t#S256": "x"}, {"jkt": "x", "x5t#S256": "x"}, {}, None, "x", {"jkt": 7}]
)
async def test_case_16_bound_it_is_not_borne(idp: Elsewhere, cnf: object) -> None:
    with pytest.raises(InvalidTokenError):
        await idp.gate().admit(PresentedToken(idp.token(cnf=cnf)))


async def test_case_16_the_scheme_needs_a_proof_and_a_bound_token(idp: Elsewhere) -> None:
    token, plain = bound(idp), idp.token()
    for presented in (
        PresentedToken(token, is_dpop=True),
        PresentedToken(plain, is_dpop=True, proof=proof(KEY, plain)),
    ):
        with pytest.raises(InvalidProofError):
            await idp.gate().admit(presented)


async def test_case_16_the_proof_is_of_the_key_that_it_is_bound_to(idp: Elsewhere) -> None:
    token, other = bound(idp), ECKey.generate_key("P-256", private=True)
    with pytest.raises(InvalidProofError):
        await idp.gate().admit(PresentedToken(token, is_dpop=True, proof=proof(other, token)))


@pytest.mark.parametrize(
    ("header", "changes"),
    [
        ({}, {"htm": "GET"}),
        ({}, {"htm": "post"}),
        ({}, {"htm": ABSENT}),
        ({}, {"htu": "https://evil.example/graphql"}),
        ({}, {"htu": RESOURCE + "/more"}),
        ({}, {"htu": RESOURCE.replace("https", "http")}),
        ({}, {"htu": ABSENT}),
        ({}, {"htu": 7}),
        ({}, {"htu": "https://[::1"}),
        ({}, {"iat": ABSENT}),
        ({}, {"iat": "now"}),
        ({}, {"iat": True}),
        ({}, {"iat": 1e300}),
        ({}, {"nbf": 1e11}),
        ({}, {"nbf": "0"}),
        ({}, {"exp": 1}),
        ({}, {"exp": "9999999999"}),
        ({}, {"jti": ABSENT}),
        ({}, {"jti": ""}),
        ({}, {"jti": 7}),
        ({}, {"ath": ABSENT}),
        ({}, {"ath": "x"}),
        ({"typ": "JWT"}, {}),
        ({"typ": ABSENT}, {}),
        ({"jwk": ABSENT}, {}),
        ({"jwk": {}}, {}),
        ({"jwk": "x"}, {}),
        ({"jwk": dict(KEY.as_dict(private=True))}, {}),
        ({"jwk": dict(ECKey.generate_key("P-256").as_dict(private=False))}, {}),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, {}),
    ],
)
async def test_case_17_a_proof_that_is_wrong_in_one_thing(
    idp: Elsewhere, header: dict[str, Any], changes: dict[str, Any]
) -> None:
    token = bound(idp)
    with pytest.raises(InvalidProofError):
        await idp.gate().admit(PresentedToken(token, is_dpop=True, proof=proof(KEY, token, header, **changes)))


@pytest.mark.parametrize("seconds", [-120, 600])
async def test_case_17_a_proof_of_another_time(idp: Elsewhere, seconds: int) -> None:
    """Made when the test runs, because a time fixed at collection may be valid by then."""
    token = bound(idp)
    given = proof(KEY, token, iat=int(time.time()) + seconds)
    with pytest.raises(InvalidProofError):
        await idp.gate().admit(PresentedToken(token, is_dpop=True, proof=given))


@pytest.mark.parametrize("given", ["", ".", "a.b.c", "x" * 20_000, "é.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_case_17_a_proof_that_is_none(idp: Elsewhere, given: str) -> None:
    with pytest.raises(InvalidProofError):
        await idp.gate().admit(PresentedToken(bound(idp), is_dpop=True, proof=given))


@pytest.mark.parametrize("htu", [f"{RESOURCE}?query=x", f"{RESOURCE}#x", RESOURCE.replace(".com/", ".com:443/")])
async def test_case_17_query_and_default_port_do_not_count(idp: Elsewhere, htu: str) -> None:
    token = bound(idp)
    viewer = await idp.gate().admit(PresentedToken(token, is_dpop=True, proof=proof(KEY, token, htu=htu)))
    assert viewer.subject == "kim"


async def test_case_17_a_proof_counts_once_on_two_workers(idp: Elsewhere) -> None:
    once, token = SingleUse(), bound(idp)
    gates, given = [idp.gate(once), idp.gate(once)], PresentedToken(token, is_dpop=True, proof=proof(KEY, token))
    tries = [gates[number % 2].admit(given) for number in range(10)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert len([each for each in outcomes if not isinstance(each, Exception)]) == 1
    assert all(isinstance(each, InvalidProofError) for each in outcomes if isinstance(each, Exception))


async def test_case_18_the_address_is_the_configured_one(idp: Elsewhere) -> None:
    """The request's Host and X-Forwarded-Host do not reach the check: `PresentedToken` does not hold them."""
    token = bound(idp)
    forged = proof(KEY, token, htu="https://forged.example/graphql")
    with pytest.raises(InvalidProofError):
        await idp.gate().admit(PresentedToken(token, is_dpop=True, proof=forged))


async def test_case_19_certificates_are_not_taken_for_keys(idp: Elsewhere) -> None:
    """Mutual TLS is not offered: a token bound to a certificate is refused, whatever header a proxy or client adds."""
    with pytest.raises(InvalidTokenError):
        await idp.gate().admit(PresentedToken(idp.token(cnf={"x5t#S256": "A" * 43})))
