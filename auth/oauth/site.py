"""The site: the addresses and names that the authorization server goes by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The issuer's URL, the audience of its tokens, and the resources that a token may be requested for."""

    issuer: str
    audience: str
    resources: frozenset[str]

    @property
    def token_endpoint(self) -> str:
        return f"{self.issuer}/oauth/token"
