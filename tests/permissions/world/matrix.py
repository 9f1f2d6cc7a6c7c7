"""The policy read a second time: plain Python over the TOML, written apart from the server's own reading of it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from auth.policy.file import POLICY_FILE

# What each word of `when` asks of the customer's flags: the bit, and whether it must be set.
WHEN = {
    "consents_direct_marketing": (1, True),
    "consents_profiling": (2, True),
    "consents_partner_sharing": (4, True),
    "consents_special_categories": (8, True),
    "no_objection_to_direct_marketing": (16, False),
    "no_objection": (32, False),
    "unrestricted": (64, False),
    "not_held": (128, False),
    "adult": (256, False),
}
DERIVED_FROM = {
    "user.financial.balance": ("user.financial.invoice", "user.financial.payment"),
    "derived.recommendation": ("user.purchase.order",),
    "derived.segment": ("user.purchase.order", "user.behavior.touchpoint"),
    "derived.score": ("user.purchase.order",),
}
NOT_PERSONAL = ("structure", "catalogue")
USES = ("item", "filter", "order", "aggregate", "search", "lookup", "export")
FLAG_SETS = range(512)


@dataclass(frozen=True)
class Decision:
    """What happens to one cell of the matrix, and what must be true of the customer for it."""

    effect: str
    mask: str | None = None
    when: frozenset[str] = frozenset()

    def counts_for(self, flags: int) -> bool:
        return all(bool(flags & bit) is is_set for bit, is_set in map(WHEN.__getitem__, self.when))

    def shows(self, flags: int) -> bool:
        return self.effect != "withhold" and self.counts_for(flags)


ALLOWED = Decision("allow")
WITHHELD = Decision("withhold")


class Matrix:
    """Decides every cell of one policy file."""

    def __init__(self, path: Path = POLICY_FILE) -> None:
        document = tomllib.loads(path.read_text())
        self.classes: Mapping[str, Mapping[str, Any]] = document["classes"]
        self.purposes = tuple(document["purposes"])
        self._rules = document["rule"]
        self.decide = cache(self._decide)

    def _decide(self, who: str, purpose: str | None, category: str, use: str) -> Decision:
        if category in NOT_PERSONAL:
            return ALLOWED
        rule = self._rule(who, purpose, category, use)
        if rule is None:
            return WITHHELD
        when = frozenset(rule.get("when", ()))
        if "release" not in rule:
            for source in DERIVED_FROM.get(category, ()):
                needed = self._rule(who, purpose, source, "item")
                if needed is None or needed.get("effect", "allow") != "allow":
                    return WITHHELD
                when |= frozenset(needed.get("when", ()))
        return Decision(rule.get("effect", "allow"), rule.get("mask"), when)

    def _rule(self, who: str, purpose: str | None, category: str, use: str) -> Mapping[str, Any] | None:
        found = [
            rule
            for rule in self._rules
            if who in rule["who"] and purpose in rule["purpose"] and category in rule["data"] and use in rule["uses"]
        ]
        return min(found, key=lambda rule: _STRICTEST_FIRST[rule.get("effect", "allow")], default=None)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every class with every purpose for which some rule names it."""
        named = {(who, purpose) for rule in self._rules for who in rule["who"] for purpose in rule["purpose"]}
        yield from sorted(named)


_STRICTEST_FIRST = {"withhold": 0, "mask": 1, "allow": 2}
