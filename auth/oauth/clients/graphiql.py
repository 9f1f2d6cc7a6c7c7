"""GraphiQL as a client, which the server registers by itself."""

from collections.abc import Collection

from auth.oauth.clients.client import AUTHORIZATION_CODE, PUBLIC
from auth.oauth.records import ClientRecord
from auth.policy.ceiling import SCOPES

CLIENT_ID = "customer360-graphiql"


def graphiql_client(redirect_uri: str, purposes: Collection[str]) -> ClientRecord:
    """GraphiQL, with all rights of the person who signs in.

    It gets no refresh token: when the access token expires, the page signs the person in again.
    """
    return ClientRecord(
        id=CLIENT_ID,
        name="GraphiQL",
        auth_method=PUBLIC,
        grant_types=(AUTHORIZATION_CODE,),
        redirect_uris=(redirect_uri,),
        scopes=SCOPES,
        purposes=tuple(sorted(purposes)),
    )
