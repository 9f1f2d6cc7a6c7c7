"""Applications of our own, which the server registers by itself."""

from collections.abc import Collection

from auth.oauth.clients.client import AUTHORIZATION_CODE, PUBLIC
from auth.oauth.records import ClientRecord
from auth.policy.ceiling import SCOPES

GRAPHIQL = "customer360-graphiql"


def graphiql(redirect_uri: str, purposes: Collection[str]) -> ClientRecord:
    """GraphiQL acts for whoever signs in, with all that they may. It gets no refresh token: a page that is open for
    longer than a token lives asks its reader again.
    """
    return ClientRecord(
        id=GRAPHIQL,
        name="GraphiQL",
        auth_method=PUBLIC,
        grant_types=(AUTHORIZATION_CODE,),
        redirect_uris=(redirect_uri,),
        scopes=SCOPES,
        purposes=tuple(sorted(purposes)),
    )
