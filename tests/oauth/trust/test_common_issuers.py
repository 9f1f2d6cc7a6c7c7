"""Default tokens of Entra ID, Cognito, Auth0 and Keycloak, accepted by the entries that docs/authorization.md gives."""

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from auth.tokens.claims import InvalidTokenError
from auth.tokens.gate import Gate, Issuer, PresentedToken
from auth.tokens.keys import TrustedKeys
from auth.viewer import Viewer
from server.trust import issuers
from tests.house.project import ROOT
from tests.oauth.elsewhere import CLASSES, signed

EXAMPLES = {each.stem: json.loads(each.read_text()) for each in sorted((Path(__file__).parent / "examples").iterdir())}
TIMES = ("iat", "nbf", "exp", "auth_time")
KEY = RSAKey.generate_key(2048, {"kid": "example"})
# The order of the blocks in the document.
ENTRIES = ("entra_v2", "entra_v1", "cognito", "auth0", "keycloak")


def entry(name: str) -> str:
    """The entry of the document, with the placeholders of the example filled in."""
    page = (ROOT / "docs" / "authorization.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", page.split("### Common issuers")[1], re.DOTALL)
    text = dict(zip(ENTRIES, blocks, strict=True))[name]
    for placeholder, value in EXAMPLES[name]["placeholders"].items():
        text = text.replace(placeholder, value)
    return str(text)


def gate_of(folder: Path, text: str) -> Gate:
    file = folder / "issuers.toml"
    file.write_text(text)
    (issuer,) = issuers.load(file, "urn:customer360", CLASSES).issuers
    issuer.verifier.keys = TrustedKeys([KEY])
    return Gate([Issuer(issuer.verifier)])


def claims_of(name: str, kind: str = "claims", **changes: Any) -> dict[str, Any]:
    """The claims of the example, issued now."""
    now, example = int(time.time()), EXAMPLES[name]
    times = {"iat": now, "exp": now + example["lifetime"]}
    if name.startswith("entra"):
        times["nbf"] = now
    recorded = {key: now if key in TIMES else value for key, value in example[kind].items()}
    merged = {**recorded, **times, **changes}
    return {key: value for key, value in merged.items() if value is not None}


async def admit(gate: Gate, header: Mapping[str, Any], claims: Mapping[str, Any]) -> Viewer:
    return await gate.admit(PresentedToken(signed(KEY, dict(header), json.dumps(claims).encode())))


@pytest.mark.parametrize("name", ENTRIES)
async def test_its_default_tokens_are_accepted_by_its_entry(tmp_path: Path, name: str) -> None:
    example = EXAMPLES[name]
    viewer = await admit(gate_of(tmp_path, entry(name)), example["header"], claims_of(name))
    assert (viewer.subject, viewer.client) == (example["viewer"]["subject"], example["viewer"]["client"])
    assert (viewer.viewer_class, viewer.purposes) == ("service_agent", frozenset({"care"}))
    assert viewer.ceiling is None


@pytest.mark.parametrize("name", ENTRIES)
async def test_its_id_tokens_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidTokenError):
        await admit(gate_of(tmp_path, entry(name)), EXAMPLES[name]["header"], claims_of(name, "id_token"))


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("key", ["types", "token_ids", "client_id", "jti", "aud", "required"])
async def test_each_line_of_the_entry_is_needed(tmp_path: Path, name: str, key: str) -> None:
    """Without it the token is refused, as it is by default; without `required` more tokens would be accepted."""
    text = entry(name)
    line = re.search(rf"^{key} = .*\n" if key != "required" else r"^\[issuer\.required\]\n.*\n", text, re.MULTILINE)
    if line is None:
        return
    gate, header = gate_of(tmp_path, text.replace(line[0], "")), EXAMPLES[name]["header"]
    if key == "required":
        assert (await admit(gate, header, claims_of(name))).viewer_class == "service_agent"
        name_, _, value = line[0].split("\n")[1].partition(" = ")
        strict = gate_of(tmp_path, text)
        for other in (None, "other", [json.loads(value)], 7):
            with pytest.raises(InvalidTokenError, match="of a kind"):
                await admit(strict, header, claims_of(name) | {name_: other})
        return
    with pytest.raises(InvalidTokenError):
        await admit(gate, header, claims_of(name))


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "urn:other", "client_id": "other"},
        {"iss": "https://evil.example"},
        {"sub": None, "oid": None},
        {"exp": 1},
    ],
)
async def test_everything_else_is_checked_as_ever(tmp_path: Path, name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        await admit(gate_of(tmp_path, entry(name)), EXAMPLES[name]["header"], claims_of(name, **changes))


@pytest.mark.parametrize("typ", ["dpop+jwt", "logout+jwt", "secevent+jwt", "jwe", "", 7, ["JWT"]])
@pytest.mark.parametrize("name", ENTRIES)
async def test_other_types_stay_refused(tmp_path: Path, name: str, typ: Any) -> None:
    header = {**EXAMPLES[name]["header"], "typ": typ}
    with pytest.raises(InvalidTokenError):
        await admit(gate_of(tmp_path, entry(name)), header, claims_of(name))


@pytest.mark.parametrize("claim", ["at_hash", "c_hash", "events"])
@pytest.mark.parametrize("name", ENTRIES)
async def test_what_only_id_and_logout_tokens_have_is_refused(tmp_path: Path, name: str, claim: str) -> None:
    with pytest.raises(InvalidTokenError, match="not an access token"):
        await admit(gate_of(tmp_path, entry(name)), EXAMPLES[name]["header"], claims_of(name, **{claim: "x"}))


SCOPED = 'scopes = true\n\n[issuer.claims]\nscope = "scp"\n'


@pytest.mark.parametrize(
    ("scp", "opens"),
    [
        ("core:read sales:read", {"core:read", "sales:read"}),
        (["core:read", "other"], {"core:read"}),
        (None, set()),
        ("", set()),
        ([], set()),
    ],
)
async def test_scopes_are_read_as_text_and_as_list(tmp_path: Path, scp: Any, opens: set[str]) -> None:
    gate = gate_of(tmp_path, entry("entra_v2").replace("[issuer.claims]\n", SCOPED))
    viewer = await admit(gate, EXAMPLES["entra_v2"]["header"], claims_of("entra_v2", scp=scp))
    assert viewer.ceiling is not None
    assert viewer.ceiling.scopes == opens


@pytest.mark.parametrize("scp", [7, {}, True, [7], [["core:read"]]])
async def test_scopes_of_another_type_are_refused_where_they_count(tmp_path: Path, scp: Any) -> None:
    header = EXAMPLES["entra_v2"]["header"]
    ignoring = gate_of(tmp_path, entry("entra_v2"))
    assert (await admit(ignoring, header, claims_of("entra_v2", scp=scp, scope=scp))).ceiling is None
    counting = gate_of(tmp_path, entry("entra_v2").replace("[issuer.claims]\n", SCOPED))
    with pytest.raises(InvalidTokenError):
        await admit(counting, header, claims_of("entra_v2", scp=scp))


@pytest.mark.parametrize(("leeway", "seconds", "is_admitted"), [
    (0, -2, False), (0, 2, False), (10, -5, True), (10, 5, True), (10, -30, False), (10, 30, False),
    (60, -30, True), (60, 30, True), (60, -90, False), (60, 90, False),
])  # fmt: skip
async def test_the_leeway_is_the_issuers(tmp_path: Path, leeway: int, seconds: int, is_admitted: bool) -> None:
    """Negative: expired so long ago. Positive: issued so far in the future."""
    gate = gate_of(tmp_path, entry("auth0").replace("token_ids = false\n", f"token_ids = false\nleeway = {leeway}\n"))
    now = int(time.time())
    issued, ends = (now - 300, now + seconds) if seconds < 0 else (now + seconds, now + 300)
    try:
        await admit(gate, EXAMPLES["auth0"]["header"], claims_of("auth0", iat=issued, exp=ends))
    except InvalidTokenError:
        assert not is_admitted
    else:
        assert is_admitted
