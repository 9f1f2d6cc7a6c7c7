"""Verification of tokens. The numbers are cases of a checklist from OAuth profiles and past vulnerabilities."""

import base64
import hmac
import json
import os
import random
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from auth.policy.reach import EVERYBODY, Reach, RowScope
from auth.tokens.claims import ExpectedClaims, InvalidTokenError
from auth.tokens.keys import KEY_FILE, KeyFileError, TrustedKeys, development_key
from auth.tokens.minting import MintError, mint
from auth.tokens.verifier import Verifier
from auth.viewer import DisallowedPurposeError, UnknownPurposeError, Viewer

NOW = 1_800_000_000
CLASSES = {
    "service_agent": Reach.ALL,
    "auditor": Reach.ALL,
    "partner_client": Reach.LINKED,
    "data_subject": Reach.SELF,
    "field_rep": Reach.TERRITORY,
}
EXPECTED = ExpectedClaims("urn:issuer", "urn:us", CLASSES)
HEADER = {"typ": "at+jwt", "alg": "ES256", "kid": "ours"}
CLAIMS: dict[str, Any] = {
    "iss": "urn:issuer",
    "aud": "urn:us",
    "sub": "kim",
    "client_id": "crm",
    "jti": "1",
    "role": "service_agent",
    "purposes": ["care"],
    "iat": NOW,
    "exp": NOW + 600,
}
KEY = ECKey.generate_key("P-256", {"kid": "ours"}, private=True)
ABSENT = object()


def signed(key: Key = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A valid token with the given changes."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ABSENT}
    return raw(json.dumps(claims).encode(), key, **(header or {}))


def raw(payload: bytes, key: Key = KEY, **header: Any) -> str:
    parameters = {name: value for name, value in {**HEADER, **header}.items() if value is not ABSENT}
    registry = jws.JWSRegistry(algorithms=[parameters["alg"]], strict_check_header=False)
    return jws.serialize_compact(parameters, payload, key, registry=registry)


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def verifier_of(*keys: Key, now: float = NOW) -> Verifier:
    return Verifier(EXPECTED, TrustedKeys(keys or (KEY,)), clock=lambda: now)


def verify(token: str) -> Viewer:
    return verifier_of().verify(token)


def refused(token: str) -> str:
    with pytest.raises(InvalidTokenError) as caught:
        verify(token)
    return str(caught.value)


def test_a_valid_token_tells_the_viewer() -> None:
    viewer = verify(signed())
    assert (viewer.subject, viewer.viewer_class, viewer.client) == ("kim", "service_agent", "crm")
    assert viewer.purposes == {"care"}
    assert viewer.purpose is None
    assert viewer.expires_at.timestamp() == NOW + 600


# 1
@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ABSENT, 1, ["ES256"], None, "", "HS256", "RS512"])
def test_only_public_key_algorithms_are_read(algorithm: object) -> None:
    header = {name: value for name, value in {**HEADER, "alg": algorithm}.items() if value is not ABSENT}
    parts = [encoded(json.dumps(header).encode()), *signed().split(".")[1:]]
    assert "not accepted" in refused(".".join(parts))
    assert refused(".".join([*parts[:2], ""]))


# 2, 3
@pytest.mark.parametrize("as_pem", [True, False])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_the_public_key_is_no_shared_secret(as_pem: bool) -> None:
    public = KEY.as_pem(private=False) if as_pem else json.dumps(KEY.as_dict(private=False)).encode()
    header = encoded(json.dumps({**HEADER, "alg": "HS256"}).encode())
    signing_input = f"{header}.{encoded(json.dumps(CLAIMS).encode())}"
    signature = hmac.digest(public, signing_input.encode(), "sha256")
    assert refused(f"{signing_input}.{encoded(signature)}")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "make",
    [
        lambda: OctKey.generate_key(256),
        lambda: RSAKey.generate_key(1024),
        lambda: ECKey.generate_key("P-384"),
        lambda: OKPKey.generate_key("X25519"),
        lambda: OKPKey.generate_key("Ed448"),
    ],
)
def test_weak_and_foreign_keys_are_not_trusted(make: Callable[[], Key]) -> None:
    with pytest.raises(KeyFileError):
        TrustedKeys([make()])


def test_two_keys_may_not_share_an_id() -> None:
    with pytest.raises(KeyFileError, match="ours"):
        TrustedKeys([KEY, KEY])


# 4
@pytest.mark.parametrize(
    "spoil",
    [
        lambda signature: encoded(bytes(64)),
        lambda signature: f"{signature}==",
        lambda signature: signature[:-2],
        lambda signature: f"{signature}\n",
        lambda signature: f"{signature[:40]}\n{signature[40:]}",
        lambda signature: "",
        lambda signature: f"{signature}.",
        lambda signature: encoded(os.urandom(64)),
    ],
)
def test_a_spoilt_signature_is_refused(spoil: Callable[[str], str]) -> None:
    head, body, signature = signed().split(".")
    assert refused(f"{head}.{body}.{spoil(signature)}")


# 5
@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_comes_with_the_token_is_not_used(name: str) -> None:
    other = ECKey.generate_key("P-256", {"kid": "ours"}, private=True)
    brought: dict[str, Any] = {
        "jwk": dict(other.as_dict(private=False)),
        "jku": "https://192.0.2.1/jwks",
        "x5u": "https://192.0.2.1/x5u",
        "x5c": ["A" * 600],
    }
    assert "signature" in refused(signed(other, {name: brought[name]}))


# 6
@pytest.mark.parametrize("kid", ["../../dev/null", "' OR 1=1 --", "other", "", 7, None, ["ours"], {"a": 1}])
def test_a_foreign_key_id_is_refused(kid: object) -> None:
    two = verifier_of(KEY, ECKey.generate_key("P-256", {"kid": "second"}))
    header = encoded(json.dumps({**HEADER, "kid": kid}).encode())
    token = ".".join([header, *signed().split(".")[1:]])
    with pytest.raises(InvalidTokenError):
        two.verify(token)


def test_without_a_key_id_the_only_key_counts() -> None:
    token = signed(header={"kid": ABSENT})
    assert verify(token).subject == "kim"
    with pytest.raises(InvalidTokenError):
        verifier_of(KEY, ECKey.generate_key("P-256", {"kid": "second"})).verify(token)


# 7
@pytest.mark.parametrize(
    "critical",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": "b64"},
        {"crit": 1},
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
    ],
)
def test_nothing_critical_is_understood(critical: dict[str, Any]) -> None:
    header = encoded(json.dumps({**HEADER, **critical}).encode())
    assert "not accepted" in refused(".".join([header, *signed().split(".")[1:]]))


def test_other_header_parameters_are_ignored() -> None:
    assert verify(signed(header={"nonce": "x", "x5t": "y"})).subject == "kim"


# 8, 9
@pytest.mark.parametrize("typ", [ABSENT, "", "JWT", "logout+jwt", "at+jwt ", None, ["at+jwt"], "application/jwt"])
def test_other_kinds_of_token_are_refused(typ: object) -> None:
    header = {name: value for name, value in {**HEADER, "typ": typ}.items() if value is not ABSENT}
    token = ".".join([encoded(json.dumps(header).encode()), *signed().split(".")[1:]])
    assert refused(token) == "The token is not an access token."


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "At+Jwt", "application/at+jwt", "Application/AT+JWT"])
def test_an_access_token_says_so_in_any_case(typ: str) -> None:
    assert verify(signed(header={"typ": typ})).subject == "kim"


# 10, 11
@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", [ABSENT, None, "1800000600", True, [], {}, -1, 10**40, 10**400, -(10**40)])
def test_a_time_that_is_none_is_refused(name: str, value: Any) -> None:
    assert refused(signed(**{name: value}))


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999", "9" * 5000])
def test_numbers_that_are_none_are_refused(number: str) -> None:
    text = json.dumps({**CLAIMS, "exp": 0}).replace('"exp": 0', f'"exp": {number}')
    assert refused(raw(text.encode()))


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({"exp": NOW - 9, "iat": NOW - 60}, True),
        ({"exp": NOW - 10, "iat": NOW - 60}, False),
        ({"iat": NOW + 10}, True),
        ({"iat": NOW + 11}, False),
        ({"nbf": NOW + 10}, True),
        ({"nbf": NOW + 60}, False),
        ({"nbf": "soon"}, False),
        ({"nbf": None}, False),
        ({"exp": NOW + 86_400}, True),
        ({"exp": NOW + 86_401}, False),
        ({"exp": NOW - 5, "iat": NOW}, False),
        ({"exp": NOW + 600.5}, True),
    ],
)
def test_ten_seconds_and_a_day_are_the_limits(changes: dict[str, Any], passes: bool) -> None:
    token = signed(**changes)
    if passes:
        assert verify(token).subject == "kim"
    else:
        refused(token)


# 12
@pytest.mark.parametrize("issuer", [ABSENT, "urn:other", "urn:issuer/", ["urn:issuer"], None, "URN:ISSUER"])
def test_another_issuer_is_refused(issuer: object) -> None:
    assert "issuer" in refused(signed(iss=issuer))


# 13
@pytest.mark.parametrize("audience", [ABSENT, "urn:other", "urn:us/", "urn:u", [], ["urn:other"], None, {"urn:us": 1}])
def test_another_audience_is_refused(audience: object) -> None:
    assert "audience" in refused(signed(aud=audience))


def test_one_audience_of_several_may_be_us() -> None:
    assert verify(signed(aud=["urn:other", "urn:us"])).subject == "kim"


# 14 and similar
@pytest.mark.parametrize("name", ["sub", "client_id", "jti", "role"])
@pytest.mark.parametrize("value", [ABSENT, None, "", 7, True, ["kim"], {"a": 1}, "x" * 256, "a\nb", "\ud800", "\0"])
def test_a_text_that_is_none_is_refused(name: str, value: Any) -> None:
    assert refused(signed(**{name: value})) == "The access token is malformed."


@pytest.mark.parametrize("value", [ABSENT, None, "care", {"care": 1}, [1], [None], [["care"]], [""], ["care"] * 65])
def test_purposes_are_a_list_of_words(value: object) -> None:
    assert refused(signed(purposes=value)) == "The access token is malformed."


@pytest.mark.parametrize("scope", [None, 7, {}, [7], True])
def test_a_scope_that_is_no_text_or_list_is_refused_where_scopes_count(scope: object) -> None:
    scoped = Verifier(replace(EXPECTED, scoped=True), TrustedKeys([KEY]), clock=lambda: NOW)
    with pytest.raises(InvalidTokenError):
        scoped.verify(signed(scope=scope))
    assert verify(signed(scope=scope)).ceiling is None


@pytest.mark.parametrize("seconds", [11, 3600, 10**9])
def test_a_sign_in_in_the_future_is_refused(seconds: int) -> None:
    """It would count as recent for ever."""
    assert "future" in refused(signed(auth_time=NOW + seconds))
    assert verify(signed(auth_time=NOW + 5)).authenticated_at is not None


def test_an_unknown_role_is_refused() -> None:
    assert "role" in refused(signed(role="admin"))


# 15: a token of a class of limited reach names whose data it may see, or is refused
ID = "0192f0c0-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("role", "claims", "scope"),
    [
        ("auditor", {"contract": "acme"}, EVERYBODY),
        ("partner_client", {"contract": "acme"}, RowScope(Reach.LINKED, "acme")),
        ("data_subject", {"customer": ID.upper()}, RowScope(Reach.SELF, ID)),
        ("field_rep", {"territory": "north"}, RowScope(Reach.TERRITORY, "north")),
    ],
)
def test_the_token_says_whose_data(role: str, claims: dict[str, Any], scope: RowScope) -> None:
    assert verify(signed(role=role, **claims)).row_scope == scope


@pytest.mark.parametrize(
    ("role", "claims"),
    [
        ("partner_client", {}),
        ("partner_client", {"customer": ID}),
        ("partner_client", {"contract": ""}),
        ("partner_client", {"contract": ["acme"]}),
        ("partner_client", {"contract": None}),
        ("data_subject", {}),
        ("data_subject", {"sub": ID}),
        ("data_subject", {"customer": "kim"}),
        ("data_subject", {"customer": 7}),
        ("field_rep", {"contract": "acme"}),
    ],
)
def test_a_limited_reach_without_its_limit_is_refused(role: str, claims: dict[str, Any]) -> None:
    assert refused(signed(role=role, **claims)) == "The access token is malformed."


# 16
@pytest.mark.parametrize("confirmation", [{"jkt": "x"}, None, {}])
def test_a_token_bound_to_a_key_is_not_borne(confirmation: object) -> None:
    assert "bound" in refused(signed(cnf=confirmation))


# 20
@pytest.mark.parametrize(
    ("algorithm", "make"),
    [
        ("RS256", lambda: RSAKey.generate_key(2048, {"kid": "k"})),
        ("PS256", lambda: RSAKey.generate_key(2048, {"kid": "k"})),
        ("ES256", lambda: ECKey.generate_key("P-256", {"kid": "k"})),
        ("EdDSA", lambda: OKPKey.generate_key("Ed25519", {"kid": "k"})),
    ],
)
def test_the_four_algorithms_pass(algorithm: str, make: Callable[[], Key]) -> None:
    key = make()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jws.JWSRegistry, "get_alg", lambda self, name: self.algorithms[name])
        token = signed(key, {"alg": algorithm, "kid": "k"})
    assert verifier_of(key).verify(token).subject == "kim"


def test_a_key_serves_its_own_algorithms_only() -> None:
    key = RSAKey.generate_key(2048, {"kid": "ours"})
    with pytest.raises(InvalidTokenError, match="not known"):
        verifier_of(key).verify(signed())


# 26
@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "x" * 200_000,
        "a" * 16_000 + ".b.c",
        "é.b.c",
        "\ud800.b.c",
        encoded(b"[" * 1500) + ".b.c",
        encoded(b"[]") + ".b.c",
        encoded(b"\xff\xfe") + ".b.c",
        encoded(b'{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"ours"}') + ".b.c",
    ],
    ids=range(13),
)
def test_rubbish_is_refused_at_once(token: str) -> None:
    verifier = verifier_of()
    started = time.process_time()
    with pytest.raises(InvalidTokenError):
        verifier.verify(token)
    assert time.process_time() - started < 0.005


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 5000,
        b'{"a":' * 1000,
        json.dumps(CLAIMS).replace('"sub": "kim"', '"sub": "kim", "sub": "lou"').encode(),
        json.dumps(CLAIMS).encode("utf-16"),
    ],
)
def test_a_signed_payload_that_is_no_claims_is_refused(payload: bytes) -> None:
    assert refused(raw(payload)) == "The access token is malformed."


def test_no_mutant_of_a_valid_token_passes() -> None:
    rng, token, verifier = random.Random(7), signed(), verifier_of()  # noqa: S311 - not secret
    alphabet = "ABCabc019-_.=+/ \n\0é"
    for _ in range(3000):
        at = rng.randrange(len(token))
        mutant = token[:at] + rng.choice(alphabet) + token[at + rng.randrange(3) :]
        if mutant != token:
            with pytest.raises(InvalidTokenError):
                verifier.verify(mutant)


def test_a_remembered_token_is_read_once_and_expires() -> None:
    now = [float(NOW)]
    verifier = Verifier(EXPECTED, TrustedKeys([KEY]), clock=lambda: now[0])
    token = signed()
    first = verifier.verify(token)
    assert verifier.verify(token) is first
    now[0] = NOW + 610
    for _ in range(2):
        with pytest.raises(InvalidTokenError, match="expired"):
            verifier.verify(token)


def test_few_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.tokens.verifier.MAX_CACHED_TOKENS", 2)
    verifier = verifier_of()
    first = verifier.verify(signed(jti="0"))
    for jti in "12":
        verifier.verify(signed(jti=jti))
    assert len(verifier._known) == 2
    assert not any(accepted.viewer is first for _, accepted in verifier._known.values())


def test_a_purpose_is_chosen_among_the_tokens() -> None:
    viewer = verify(signed())
    known = {"care", "payment"}
    assert viewer.acting_for("care", known).purpose == "care"
    with pytest.raises(DisallowedPurposeError):
        viewer.acting_for("payment", known)
    with pytest.raises(UnknownPurposeError):
        viewer.acting_for("nonsense", known)


def test_the_development_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = development_key(folder)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert development_key(folder).as_dict(private=True) == key.as_dict(private=True)
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]


def test_a_development_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    development_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        development_key(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kty": "oct", "k": "AAAA"}', '{"kty": "EC", "crv": "P-256"}'])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / KEY_FILE).touch(0o600)
    (tmp_path / KEY_FILE).write_text(content)
    with pytest.raises(KeyFileError, match=KEY_FILE):
        development_key(tmp_path)


def test_what_is_minted_is_accepted(tmp_path: Path) -> None:
    key = development_key(tmp_path)
    token = mint(key, EXPECTED, role="auditor", purposes=["audit"], minutes=5, now=NOW)
    viewer = verifier_of(key).verify(token)
    assert (viewer.viewer_class, viewer.purposes) == ("auditor", frozenset({"audit"}))
    assert viewer.expires_at.timestamp() == NOW + 300
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header == {"typ": "at+jwt", "alg": "ES256", "kid": key.kid}


def test_another_key_of_the_same_name_is_refused(tmp_path: Path) -> None:
    other = ECKey.generate_key("P-256", {"kid": "ours"})
    assert "signature" in refused(jwt.encode(HEADER, CLAIMS, other))


@pytest.mark.parametrize(
    ("role", "minutes", "reach_claims"),
    [
        ("admin", 5, {}),
        ("auditor", 0, {}),
        ("auditor", 1441, {}),
        ("auditor", 5, {"contract": "acme"}),
        ("partner_client", 5, {}),
        ("partner_client", 5, {"territory": "north"}),
        ("data_subject", 5, {"customer": ID, "contract": "acme"}),
    ],
)
def test_no_token_is_minted_that_would_be_refused(role: str, minutes: int, reach_claims: dict[str, str]) -> None:
    with pytest.raises(MintError):
        mint(KEY, EXPECTED, role=role, purposes=[], minutes=minutes, reach_claims=reach_claims)


def test_a_partners_token_is_minted_with_its_contract() -> None:
    token = mint(KEY, EXPECTED, role="partner_client", purposes=[], reach_claims={"contract": "acme"}, now=NOW)
    assert verify(token).row_scope == RowScope(Reach.LINKED, "acme")
