"""Where GraphiQL signs people in, as a public client: the built-in authorization server or another issuer."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

SIGNED_IN = "/graphiql/signed-in"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the page needs to request a token. Nothing of it is secret, because a page cannot keep a secret."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    client_id: str
    redirect_uri: str
    resource: str
    scope: str = ""
    # Whether the answers of the issuer carry `iss` (RFC 9207).
    names_itself: bool = True

    @property
    def token_origin(self) -> str:
        """The origin that the page sends token requests to."""
        parts = urlsplit(self.token_endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    def as_json(self) -> str:
        return json.dumps(
            {
                "issuer": self.issuer,
                "namesItself": self.names_itself,
                "authorizationEndpoint": self.authorization_endpoint,
                "tokenEndpoint": self.token_endpoint,
                "clientId": self.client_id,
                "redirectUri": self.redirect_uri,
                "resource": self.resource,
                "scope": self.scope,
            }
        )
