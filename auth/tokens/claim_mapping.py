"""Maps the claims of another issuer to ours: names of claims, and words for roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auth.tokens.claims import InvalidTokenError

# Our names of the claims that can be mapped.
MAPPED = ("sub", "aud", "client_id", "jti", "scope", "role", "purposes", "contract", "customer", "territory")


@dataclass(frozen=True, slots=True)
class ClaimMapping:
    """`names` maps our claim to the dotted path of theirs, `roles` their word to our role.

    `purposes` lists the purposes of a role, for issuers whose tokens name no purposes. A claim that is not mapped is
    read by our name. `required` are claims of theirs with the text that each must have.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)

    def translate(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The claims under our names. Of a mapped claim, only the mapped path counts, never a claim with our name.

        Raises InvalidTokenError if a required claim is missing or different.
        """
        if any(_claim_at(claims, path) != text for path, text in self.required.items()):
            raise InvalidTokenError("The access token is of a kind that is not accepted here.")
        translated = {name: value for name, value in claims.items() if name not in self.names}
        for ours, path in self.names.items():
            value = _claim_at(claims, path)
            if value is not None:
                translated[ours] = value
        if self.roles:
            translated["role"] = self._role(translated.get("role"))
        role = translated.get("role")
        if self.purposes:
            translated["purposes"] = list(self.purposes.get(role, ())) if isinstance(role, str) else []
        return translated

    def _role(self, theirs: object) -> str | None:
        """The first of our roles that one of theirs maps to, in the order of the configuration."""
        words = theirs if isinstance(theirs, list) else [theirs]
        return next((ours for word, ours in self.roles.items() if word in words), None)


def _claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """The whole path is tried as a name first, because the name of a claim may be a URL."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
