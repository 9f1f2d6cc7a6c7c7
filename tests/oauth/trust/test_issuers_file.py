from pathlib import Path
from typing import Any

import pytest

from auth.policy.reach import Reach
from auth.tokens.claim_mapping import ClaimMapping
from auth.tokens.claims import InvalidTokenError
from auth.tokens.gate import Gate, Issuer, PresentedToken
from auth.tokens.keys import TrustedKeys
from server.settings.environment import SettingsError
from server.trust import issuers
from tests.oauth.elsewhere import CLASSES, Elsewhere

HOME = "https://customers.example.com"
ISSUER = """
[[issuer]]
url = "https://idp.example.com"
jwks_uri = "https://idp.example.com/jwks"
algorithms = ["ES256"]

[issuer.claims]
role = "realm_access.roles"
client_id = "azp"

[issuer.roles]
"crm-agent" = "service_agent"

[issuer.purposes]
service_agent = ["care"]
"""


def load(tmp_path: Path, text: str) -> issuers.TrustedIssuers:
    file = tmp_path / "issuers.toml"
    file.write_text(text)
    (tmp_path / "secret").write_text("s\n")
    return issuers.load(file, "urn:customer360", CLASSES, HOME)


def test_without_a_file_no_other_is_trusted() -> None:
    assert issuers.load(None, "urn:customer360", CLASSES) == issuers.TrustedIssuers()


async def test_an_issuers_own_words_are_understood(tmp_path: Path) -> None:
    (issuer,) = load(tmp_path, ISSUER).issuers
    idp = Elsewhere()
    issuer.verifier.keys = TrustedKeys([idp.key])
    gate = Gate([Issuer(issuer.verifier)])
    absent: dict[str, Any] = {"role": "privacy_officer", "purposes": ["rights"], "client_id": "evil"}
    token = idp.token(**absent, realm_access={"roles": ["other", "crm-agent"]}, azp="crm")
    viewer = await gate.admit(PresentedToken(token))
    assert (viewer.viewer_class, viewer.purposes, viewer.client) == ("service_agent", frozenset({"care"}), "crm")
    odd: list[Any] = [{}, {"roles": []}, {"roles": ["other"]}, {"roles": "other"}, {"roles": [["crm-agent"]]}, 7]
    for roles in odd:
        with pytest.raises(InvalidTokenError):
            await gate.admit(PresentedToken(idp.token(**absent, realm_access=roles, azp="crm")))


def test_a_claim_named_by_an_address_is_found() -> None:
    mapping = ClaimMapping(names={"role": "https://example.com/role"})
    assert mapping.translate({"https://example.com/role": "auditor", "role": "x"}) == {
        "https://example.com/role": "auditor",
        "role": "auditor",
    }


@pytest.mark.parametrize(
    ("found", "instead", "says"),
    [
        ('url = "https://idp.example.com"', "", "url is missing"),
        ('"https://idp.example.com/jwks"', '""', "jwks_uri is missing"),
        ("https://idp.example.com/jwks", "http://idp.example.com/jwks", "must be https"),
        ("https://idp.example.com/jwks", "https://169.254.169.254/", "nobody's server"),
        ("https://idp.example.com/jwks", "file:///etc/passwd", "must be https"),
        ('["ES256"]', '["HS256"]', "algorithms"),
        ('["ES256"]', "[]", "algorithms"),
        ('["ES256"]', '"ES256"', "algorithms"),
        ('"service_agent"', '"admin"', "knows no role"),
        ("service_agent = [", "nobody = [", "knows no role"),
        ('["care"]', '"care"', "list of purposes"),
        ("client_id =", "nonsense =", "issuer.claims"),
        ("algorithms", "algorithm", "unknown key"),
        ('["ES256"]', '["ES256"]\ntypes = ["at+JWT"]', "types is a list of at+jwt, JWT, none"),
        ('["ES256"]', '["ES256"]\ntypes = []', "types is a list"),
        ('["ES256"]', '["ES256"]\ntoken_ids = 1', "token_ids is true or false"),
        ('["ES256"]', '["ES256"]\nscopes = "yes"', "scopes is true or false"),
        ('["ES256"]', '["ES256"]\nleeway = 61', "0 to 60"),
        ('["ES256"]', '["ES256"]\nleeway = -1', "0 to 60"),
        ('["ES256"]', '["ES256"]\nleeway = true', "0 to 60"),
        ('["ES256"]', '["ES256"]\nleeway = 1.5', "0 to 60"),
        ('["ES256"]', '["ES256"]\nrequired = 7', "issuer.required"),
        ('["ES256"]', '["ES256"]\nintrospection = "x"', "a table with"),
        ("[[issuer]]", "[issuer]", "[[issuer]]"),
        ("[[issuer]]", "[[issuer", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, found: str, instead: str, says: str) -> None:
    assert found in ISSUER
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, ISSUER.replace(found, instead))
    assert says in str(caught.value)


def test_two_of_one_url_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="two issuers"):
        load(tmp_path, ISSUER + ISSUER)


INTROSPECTION = """
[issuer.introspection]
uri = "https://idp.example.com/introspect"
client_id = "customer360"
client_secret_file = "secret"
"""


def test_one_issuer_may_look_into_opaque_tokens(tmp_path: Path) -> None:
    assert load(tmp_path, ISSUER + INTROSPECTION).opaque is not None
    other = (ISSUER + INTROSPECTION).replace("idp.example", "other.example")
    with pytest.raises(SettingsError, match="only one"):
        load(tmp_path, ISSUER + INTROSPECTION + other)
    with pytest.raises(SettingsError, match="client_secret_file"):
        load(tmp_path, ISSUER + INTROSPECTION.replace('"secret"', '"nothing"'))
    assert Reach.ALL in CLASSES.values()


GRAPHIQL = """
[issuer.graphiql]
client_id = "graphiql"
authorization_endpoint = "https://idp.example.com/auth"
token_endpoint = "https://idp.example.com/token"
scope = "openid"
"""


def test_one_issuer_may_sign_in_who_uses_graphiql(tmp_path: Path) -> None:
    found = load(tmp_path, ISSUER + GRAPHIQL).sign_in
    assert found is not None
    assert (found.issuer, found.client_id, found.scope) == ("https://idp.example.com", "graphiql", "openid")
    assert (found.redirect_uri, found.resource) == (f"{HOME}/graphiql/signed-in", "urn:customer360")
    other = (ISSUER + GRAPHIQL).replace("idp.example", "other.example")
    with pytest.raises(SettingsError, match="only one issuer may have graphiql"):
        load(tmp_path, ISSUER + GRAPHIQL + other)
    with pytest.raises(SettingsError, match="must be https"):
        load(tmp_path, ISSUER + GRAPHIQL.replace("https://idp.example.com/token", "http://idp.example.com/token"))
    assert found.names_itself
    silent = load(tmp_path, ISSUER + GRAPHIQL + "iss = false\n").sign_in
    assert silent is not None
    assert not silent.names_itself
    with pytest.raises(SettingsError, match="iss is true or false"):
        load(tmp_path, ISSUER + GRAPHIQL + 'iss = "no"\n')
    with pytest.raises(SettingsError, match="client_id is missing"):
        load(tmp_path, ISSUER + GRAPHIQL.replace('client_id = "graphiql"', ""))
