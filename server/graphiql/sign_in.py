"""Where GraphiQL signs people in, as a public client: at the built-in authorization server, or one that is set."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

SIGNED_IN = "/graphiql/signed-in"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the page must know to ask for a token. None of it is secret: a page in a browser can keep no secret."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    client_id: str
    redirect_uri: str
    resource: str
    scope: str = ""

    @property
    def token_origin(self) -> str:
        """Whom the page has to reach besides its own server."""
        parts = urlsplit(self.token_endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    def as_json(self) -> str:
        return json.dumps(
            {
                "issuer": self.issuer,
                "authorizationEndpoint": self.authorization_endpoint,
                "tokenEndpoint": self.token_endpoint,
                "clientId": self.client_id,
                "redirectUri": self.redirect_uri,
                "resource": self.resource,
                "scope": self.scope,
            }
        )
