"""Cases 1 to 7: signatures need a public-key algorithm and the issuer's key, and cover all that is read."""

import hmac
import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from auth.tokens.claims import InvalidTokenError
from auth.tokens.gate import PresentedToken
from tests.oauth.elsewhere import Elsewhere, b64, signed


@pytest.fixture
def idp() -> Elsewhere:
    return Elsewhere()


async def refused(idp: Elsewhere, token: str) -> None:
    with pytest.raises(InvalidTokenError):
        await idp.gate().admit(PresentedToken(token))


def unsigned(idp: Elsewhere, signature: str = "", **header: Any) -> str:
    described = {"typ": "at+jwt", "alg": "ES256", "kid": "one", **header}
    return f"{b64(json.dumps(described).encode())}.{b64(json.dumps(idp.claims()).encode())}.{signature}"


async def test_a_token_that_holds_is_let_in(idp: Elsewhere) -> None:
    assert (await idp.gate().admit(PresentedToken(idp.token()))).subject == "kim"


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", "", None, 0, ["ES256"], {"ES256": 1}, "es256"])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_case_01_no_algorithm(idp: Elsewhere, alg: object, signature: str) -> None:
    await refused(idp, unsigned(idp, signature, alg=alg))


@pytest.mark.parametrize("form", ["pem", "der", "jwk", "x"])
async def test_case_02_hmac_with_the_public_key(idp: Elsewhere, form: str) -> None:
    public = idp.published[0]
    secrets = {
        "pem": idp.key.as_pem(private=False),
        "der": idp.key.as_der(private=False),
        "jwk": json.dumps(public).encode(),
        "x": public["x"].encode(),
    }
    text = unsigned(idp, alg="HS256").rpartition(".")[0]
    await refused(idp, f"{text}.{b64(hmac.digest(secrets[form], text.encode(), 'sha256'))}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_case_03_hmac_at_all(idp: Elsewhere, algorithm: str) -> None:
    shared = OctKey.import_key(b"x" * 64, {"kid": "shared"})
    idp.published.append({"kty": "oct", "kid": "shared", "k": b64(b"x" * 64)})
    token = signed(shared, {"typ": "at+jwt", "alg": algorithm, "kid": "shared"}, json.dumps(idp.claims()).encode())
    await refused(idp, token)


@pytest.mark.parametrize(
    "signature",
    ["", b64(bytes(64)), b64(b"\0" * 63 + b"\1"), b64(bytes(32)), b64(b"\xff" * 64), b64(bytes(128)), "\n", "===="],
)
async def test_case_04_a_signature_of_nothing(idp: Elsewhere, signature: str) -> None:
    await refused(idp, unsigned(idp, signature))


@pytest.mark.parametrize("change", ["cut", "padded", "newline", "longer", "space", "twice"])
async def test_case_04_a_signature_that_was_changed(idp: Elsewhere, change: str) -> None:
    token = idp.token()
    changed = {
        "cut": token[:-2],
        "padded": f"{token}==",
        "newline": f"{token}\n",
        "longer": f"{token}AAAA",
        "space": token[:-4] + " " + token[-4:],
        "twice": f"{token}.{token.rpartition('.')[2]}",
    }
    await refused(idp, changed[change])


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
async def test_case_05_a_key_that_the_token_brings_along(idp: Elsewhere, name: str) -> None:
    theirs = ECKey.generate_key("P-256", {"kid": "theirs"}, private=True)
    values = {
        "jwk": dict(theirs.as_dict(private=False)),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/certificate",
        "x5c": [b64(b"x" * 400)],
    }
    header = {"typ": "at+jwt", "alg": "ES256", "kid": "theirs", name: values[name]}
    await refused(idp, signed(theirs, header, json.dumps(idp.claims()).encode()))
    assert idp.fetches <= 2, "only the configured place is ever asked"


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "' OR 1=1 --", 7, None, True, ["one"], {"one": 1}, "", "two", "x" * 300, "\0"]
)
async def test_case_06_a_key_id_that_is_none(idp: Elsewhere, kid: object) -> None:
    idp.published.append(dict(ECKey.generate_key("P-256", {"kid": "other"}).as_dict(private=False)))
    gate = idp.gate()
    for _ in range(3):
        with pytest.raises(InvalidTokenError):
            await gate.admit(PresentedToken(unsigned(idp, b64(bytes(64)), kid=kid)))
    assert idp.fetches <= 2


async def test_case_06_no_key_id_where_there_are_several_keys(idp: Elsewhere) -> None:
    idp.published.append(dict(ECKey.generate_key("P-256", {"kid": "other"}).as_dict(private=False)))
    text = unsigned(idp, "x")
    header = {"typ": "at+jwt", "alg": "ES256"}
    await refused(idp, signed(idp.key, header, json.dumps(idp.claims()).encode()))
    assert text


@pytest.mark.parametrize("crit", [["exp"], ["b64"], ["made-up"], [], "exp", None, 7, ["alg"]])
async def test_case_07_critical_headers(idp: Elsewhere, crit: object) -> None:
    await refused(idp, unsigned(idp, b64(bytes(64)), crit=crit))


@pytest.mark.parametrize("with_crit", [True, False])
async def test_case_07_a_payload_that_is_not_encoded(idp: Elsewhere, with_crit: bool) -> None:
    header = {"b64": False, **({"crit": ["b64"]} if with_crit else {})}
    await refused(idp, unsigned(idp, b64(bytes(64)), **header))
