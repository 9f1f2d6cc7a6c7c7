"""Cases 20 to 26: the keys of issuers, where they come from, and what happens while they are unavailable."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from auth.tokens.claims import InvalidTokenError
from auth.tokens.gate import Gate, PresentedToken
from auth.tokens.remote_keys import COOLDOWN_SECONDS, FRESH_SECONDS, STALE_SECONDS, FetchError, KeysUnavailable
from server.settings.values import address_fault
from server.trust import fetching
from tests.oauth.elsewhere import Elsewhere, b64


@pytest.fixture
def idp() -> Elsewhere:
    return Elsewhere()


async def is_let_in(gate: Gate, token: str) -> bool:
    try:
        await gate.admit(PresentedToken(token))
    except InvalidTokenError:
        return False
    return True


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, {"kid": "k"})),
        ("PS256", RSAKey.generate_key(2048, {"kid": "k"})),
        ("ES256", ECKey.generate_key("P-256", {"kid": "k"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "k"})),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_case_20_the_algorithms_of_fapi(idp: Elsewhere, alg: str, key: Key) -> None:
    idp.published = [dict(key.as_dict(private=False))]
    assert await is_let_in(idp.gate(), idp.token({"alg": alg, "kid": "k"}, key))
    only = idp.gate(algorithms=["PS256"])
    assert await is_let_in(only, idp.token({"alg": alg, "kid": "k"}, key)) == (alg == "PS256")


ODD: list[Any] = [
    {"kty": "RSA", "kid": "weak", "n": b64(b"\xc1" + bytes(126) + b"\1"), "e": "AQAB"},
    {"kty": "EC", "crv": "P-999", "kid": "curve", "x": "AA", "y": "AA"},
    {"kty": "EC", "crv": "P-256", "kid": "off", "x": b64(b"\1" * 32), "y": b64(b"\2" * 32)},
    {"kty": "RSA", "kid": "no-n", "e": "AQAB"},
    {"kid": "no-kty"},
    {"kty": "oct", "kid": "shared", "k": "AAAA"},
    {"kty": "EC", "crv": "secp256k1", "kid": "coin", "x": "AA", "y": "AA"},
    {"kty": ["EC"]},
    {"kty": "AKP", "alg": "ML-DSA-44"},
    "text",
    None,
    7,
    [],
]


@pytest.mark.parametrize("odd", [*ODD, ODD])
async def test_case_21_an_odd_key_is_left_out(idp: Elsewhere, odd: Any) -> None:
    idp.published = [*(odd if isinstance(odd, list) and odd else [odd]), *idp.published]
    assert await is_let_in(idp.gate(), idp.token())


async def test_case_21_of_two_with_one_id_the_first_counts(idp: Elsewhere) -> None:
    second = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
    idp.published.append(dict(second.as_dict(private=False)))
    gate = idp.gate()
    assert await is_let_in(gate, idp.token())
    assert not await is_let_in(gate, idp.token(key=second))


async def test_case_22_a_new_key_is_fetched_once_by_all_who_wait_for_it(idp: Elsewhere) -> None:
    gate, old = idp.gate(), idp.key
    assert await is_let_in(gate, idp.token())
    new = ECKey.generate_key("P-256", {"kid": "two"}, private=True)
    idp.published.append(dict(new.as_dict(private=False)))
    idp.fetches = 0
    tokens = [idp.token({"kid": "two"}, new) for _ in range(50)]
    assert all(await asyncio.gather(*(is_let_in(gate, token) for token in tokens)))
    assert idp.fetches == 1
    assert await is_let_in(gate, idp.token(key=old)), "the overlap"


async def test_case_22_a_key_that_was_dropped_counts_no_more(idp: Elsewhere) -> None:
    gate, token = idp.gate(), idp.token()
    assert await is_let_in(gate, token)
    idp.published = [dict(ECKey.generate_key("P-256", {"kid": "two"}).as_dict(private=False))]
    idp.now += FRESH_SECONDS + 1
    await is_let_in(gate, token)
    await asyncio.sleep(0.01)
    assert not await is_let_in(gate, token), "not even a token that was remembered"


async def test_case_23_ten_thousand_unknown_keys_cost_one_fetch(idp: Elsewhere) -> None:
    gate = idp.gate()
    assert await is_let_in(gate, idp.token())
    idp.fetches = 0
    template = idp.token().split(".")
    for number in range(10_000):
        header = b64(json.dumps({"typ": "at+jwt", "alg": "ES256", "kid": f"k{number}"}).encode())
        assert not await is_let_in(gate, ".".join([header, *template[1:]]))
        idp.now += 60 / 10_000
    assert idp.fetches <= 60 / COOLDOWN_SECONDS + 1


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b"null", b"{}", b'{"keys": []}', b'{"keys": 7}', b'{"keys": [{}]}', b"\xff", b"[" * 9000],
)
async def test_case_24_the_last_good_set_is_kept(idp: Elsewhere, content: bytes) -> None:
    gate = idp.gate()
    assert await is_let_in(gate, idp.token())
    idp.answers = lambda: content
    idp.now += FRESH_SECONDS + 1
    assert await is_let_in(gate, idp.token())
    await asyncio.sleep(0.01)
    assert await is_let_in(gate, idp.token())


async def test_case_24_but_not_for_ever(idp: Elsewhere) -> None:
    gate = idp.gate()
    assert await is_let_in(gate, idp.token())
    idp.away()
    idp.now += STALE_SECONDS + 1
    with pytest.raises(KeysUnavailable):
        await gate.admit(PresentedToken(idp.token()))


async def test_case_24_before_the_first_set_nobody_is_let_in(idp: Elsewhere) -> None:
    idp.away()
    gate = idp.gate()
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await gate.admit(PresentedToken(idp.token()))
    assert idp.fetches == 1, "and an issuer that is away is not asked again and again"


def answer(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (answer("500 No", b"{}"), 1),
        (answer("302 There", b"", "Location: http://127.0.0.1:1/jwks"), 1),
        (answer("304 Same", b""), 1),
        (answer("200 OK", b"x" * (fetching.MAX_BYTES + 1)), 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 1),
        (b"rubbish\r\n\r\n", 1),
        (b"", 1),
        (b"HTTP/1.1 200 OK\r\n", 5),
    ],
)
async def test_case_24_what_does_not_come_as_it_should(sent: bytes, seconds: float) -> None:
    hangs = seconds > 1

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent)
        await writer.drain()
        if hangs:
            await asyncio.sleep(seconds)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    started = time.monotonic()
    with pytest.raises(FetchError):
        await fetching.get(f"http://127.0.0.1:{port}/jwks")
    assert time.monotonic() - started < fetching.FETCH_SECONDS + 60
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://169.254.169.254/latest",
        "https://[fe80::1]/jwks",
        "http://10.0.0.1/jwks",
        "http://idp.example.com/jwks",
        "file:///etc/passwd",
        "ftp://idp.example.com/",
        "https://kim@idp.example.com/",
        "https://0.0.0.0/",
        "https:///jwks",
        "https://[::1",
        "idp.example.com",
        "",
    ],
)
def test_case_25_an_address_that_no_issuer_has(url: str) -> None:
    assert address_fault(url) is not None


@pytest.mark.parametrize("url", ["https://idp.example.com/jwks", "http://127.0.0.1:9000/jwks", "http://localhost:9/"])
def test_case_25_an_address_that_one_may_have(url: str) -> None:
    assert address_fault(url) is None


Make = Callable[[Elsewhere], str]
DEEP = b64(b"[" * 3000)
TWICE_ALG = b64(b'{"alg":"ES256","alg":"ES256","typ":"at+jwt"}')
TWICE_ISS = b64(b'{"iss":"a","iss":"https://idp.example.com"}')


@pytest.mark.parametrize(
    "make",
    [
        lambda idp: "x" * 200_000,
        lambda idp: f"{b64(b'x' * 16_000)}.{b64(b'{}')}.x",
        lambda idp: f"{DEEP}.{b64(json.dumps(idp.claims()).encode())}.x",
        lambda idp: f"{b64(json.dumps({'alg': 'ES256'}).encode())}.{DEEP}.x",
        lambda idp: idp.token().replace(".", ".."),
        lambda idp: f"{TWICE_ALG}.{idp.token().split('.', 1)[1]}",
        lambda idp: f"{idp.token().split('.')[0]}.{TWICE_ISS}.x",
    ],
    ids=range(7),
)
async def test_case_26_what_is_too_much_is_refused_at_once(idp: Elsewhere, make: Make) -> None:
    gate, token = idp.gate(), make(idp)
    assert await is_let_in(gate, idp.token())
    started = time.process_time()
    assert not await is_let_in(gate, token)
    assert time.process_time() - started < 0.005
