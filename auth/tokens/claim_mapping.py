"""How another issuer's claims are read: what it calls the things that we need, and which of its words are ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# What our tokens call them.
MAPPED = ("sub", "client_id", "role", "purposes", "contract", "customer", "territory")


@dataclass(frozen=True, slots=True)
class ClaimMapping:
    """`names` gives, for ours, the path of theirs, with dots; `roles` translates their words.

    `purposes` are those of a role, for issuers that know of roles only. What is not named here is read by our name.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def translate(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The claims under our names. A claim of theirs that happens to have one of our names is not taken for it."""
        translated = {name: value for name, value in claims.items() if name not in self.names}
        for ours, path in self.names.items():
            value = _at(claims, path)
            if value is not None:
                translated[ours] = value
        if self.roles:
            translated["role"] = self._role(translated.get("role"))
        role = translated.get("role")
        if self.purposes:
            translated["purposes"] = list(self.purposes.get(role, ())) if isinstance(role, str) else []
        return translated

    def _role(self, theirs: object) -> str | None:
        """The first of ours that one of theirs stands for, in the order of the configuration."""
        words = theirs if isinstance(theirs, list) else [theirs]
        return next((ours for word, ours in self.roles.items() if word in words), None)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """A claim whose name has dots itself (as a URL has) is found by its whole name first."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
