"""Rights: the policy's matrix as a privacy officer would read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from auth.policy.effects import EffectKind, Mask
from auth.policy.rules import CONDITIONS, Policy, Rule

PUBLIC = ("structure", "catalogue")
_STRICTEST_FIRST = (EffectKind.WITHHOLD, EffectKind.MASK, EffectKind.ALLOW)
_FORBIDDEN_SOURCE = "It is derived from data that is withheld from your role."
_FORBIDDEN = "A rule withholds this from your role."
_NO_RULE = "No rule allows this to your role for this purpose."
_NO_PURPOSE = "Use a token that allows a purpose; with several, name one in the header Customer360-Purpose."


@dataclass(frozen=True)
class Decision:
    """What happens to a category for one use, and why. `wanted` are tests on a customer's flags, all to be passed."""

    effect: str
    rule: str
    article: str
    remedy: str | None = None
    mask: str | None = None
    wanted: tuple[tuple[int, int], ...] = ()

    @property
    def is_allowed(self) -> bool:
        return self.effect == "allow"

    def allows(self, flags: int) -> bool:
        return self.is_allowed and self.counts_for(flags)

    def counts_for(self, flags: int) -> bool:
        return all(flags & bits == want for bits, want in self.wanted)

    def conditions(self) -> list[str]:
        return list(self._unmet_by(None))

    def unmet(self, flags: int) -> list[str]:
        """The policy's words for what the flags should be and are not."""
        return list(self._unmet_by(flags))

    def _unmet_by(self, flags: int | None) -> Iterator[str]:
        for word, (flag, is_set) in CONDITIONS.items():
            tested = any(bits & flag and bool(want & flag) is is_set for bits, want in self.wanted)
            if tested and (flags is None or bool(flags & flag) is not is_set):
                yield word


ALLOW = Decision("allow", "not-personal", "GDPR Art. 4(1)")


@dataclass(frozen=True)
class Rights:
    """What one class of viewer may do for one purpose.

    `categories` says what each coordinate holds, `sources` what each category is derived from.
    """

    policy: Policy
    role: str
    purpose: str | None
    categories: Mapping[str, str]
    sources: Mapping[str, Sequence[str]]

    def of(self, coordinate: str, use: str = "item") -> Decision:
        category = self.categories[coordinate]
        return ALLOW if category in PUBLIC else self._of_category(category, use)

    def _of_category(self, category: str, use: str) -> Decision:
        rule = self._matrix.get((category, use))
        if rule is None:
            return _unruled(self.purpose)
        decision = _decided(rule)
        if rule.release is None:
            for source in self.sources.get(category, ()):
                decision = _derived(decision, self._matrix.get((source, "item")))
        return decision

    @cached_property
    def _matrix(self) -> Mapping[tuple[str, str], Rule]:
        """The strictest rule of each cell."""
        found: dict[tuple[str, str], Rule] = {}
        for rule in sorted(self.policy.rules, key=_laxness, reverse=True):
            if self.role in rule.classes and self.purpose in rule.purposes:
                found.update({(category.value, use.value): rule for category in rule.categories for use in rule.uses})
        return found


def _laxness(rule: Rule) -> int:
    return _STRICTEST_FIRST.index(rule.effect)


def _decided(rule: Rule) -> Decision:
    mask = rule.mask.value if rule.mask else None
    remedy = _FORBIDDEN if rule.effect is EffectKind.WITHHOLD else None
    wanted = ((rule.condition.bits, rule.condition.want),) if rule.condition.bits else ()
    return Decision(rule.effect.value, rule.name, rule.article, remedy, mask, wanted)


def _derived(decision: Decision, source: Rule | None) -> Decision:
    if source is None or source.effect is not EffectKind.ALLOW:
        return Decision("withhold", decision.rule, "GDPR Art. 5(1)(c), 25(2)", _FORBIDDEN_SOURCE)
    return replace(decision, wanted=decision.wanted + _decided(source).wanted)


def _unruled(purpose: str | None) -> Decision:
    if purpose is None:
        return Decision("withhold", "no-purpose", "GDPR Art. 5(1)(b)", _NO_PURPOSE)
    return Decision("withhold", "no-rule", "GDPR Art. 5(1)(c), 25(2)", _NO_RULE)


def masked(text: str, mask: str | None) -> str:
    """The last four characters or the first, but never so many that fewer than four stay hidden."""
    if mask == Mask.LAST4:
        shown = min(4, max(0, len(text) - 4))
        return "••••" + text[len(text) - shown :]
    assert mask == Mask.INITIAL
    return text[:1] + "."
