"""Who asks: every class for every purpose and for none, more often those that see much, and policies made up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from auth.policy.categories import Category
from auth.policy.effects import ALWAYS, Condition, EffectKind, Mask, Use, all_of
from auth.policy.reach import EVERYBODY, Reach, RowScope
from auth.policy.rules import CONDITIONS, Policy, Purpose, Rule, ViewerClass
from auth.viewer import Viewer

Asker = tuple[str, str | None]

TERRITORIES = ("NORTH", "SOUTH", "NOWHERE")
CONTRACTS = ("north", "south", "nobody")
_USES = (Use.ITEM, Use.FILTER, Use.ORDER, Use.AGGREGATE, Use.LOOKUP)
# Without these little is found, and so little is compared.
_NEEDED = (Category.UNIQUE_ID, Category.LIFECYCLE, Category.NAME)
# Without these nothing exists; a mask hides part of a text, not whether there is something.
_UNMASKED = (Category.UNIQUE_ID, Category.INVOICE, Category.ORDER, Category.TICKET)


def askers(policy: Policy) -> Sequence[Asker]:
    """Every class for every purpose, and for none."""
    return [(role, purpose) for role in policy.classes for purpose in (None, *policy.purposes)]


def seeing(policy: Policy) -> Sequence[Asker]:
    """Those whom any rule shows anything; as often as categories are shown to them."""
    shown = {(who, why, category) for (who, why, category, use) in policy.cells if use is Use.ITEM}
    return [(who, why) for who, why, _ in sorted(shown)]


def viewer(policy: Policy, asker: Asker, about: UUID | None, rng: Random) -> Viewer:
    role, purpose = asker
    until = datetime(2100, 1, 1, tzinfo=UTC)
    scope = _scope(policy.classes[role].reach, about, rng)
    return Viewer(
        "someone",
        role,
        frozenset(policy.purposes if purpose else ()),
        purpose,
        None,
        until,
        scope,
        authenticated_at=datetime.now(UTC),
    )


def _scope(reach: Reach, about: UUID | None, rng: Random) -> RowScope:
    if reach is Reach.LINKED:
        return RowScope(reach, rng.choice(CONTRACTS))
    if reach is Reach.SELF:
        return RowScope(reach, str(about or UUID(int=rng.getrandbits(128))))
    return RowScope(Reach.TERRITORY, rng.choice(TERRITORIES)) if rng.random() < 0.1 else EVERYBODY


def made_up(seed: int) -> Policy:
    """A policy that nobody would write: each cell decided by chance, uses apart from one another."""
    rng = Random(f"policy {seed}")  # noqa: S311 - repeatable, not secret
    classes = {"tester": ViewerClass("tester", "Tester", "core", Reach.ALL, may_dry_run=False)}
    purposes = {"testing": Purpose("testing", "Testing", "Testing", "6(1)(a)", "GDPR Art. 6(1)(a)")}
    rules = [
        rule
        for category in sorted(each for each in Category if each.is_personal)
        for use in _USES
        if (rule := _rule(category, use, rng)) is not None
    ]
    cells = {cell: rule for rule in rules for cell in rule.cells()}
    return Policy(f"made up {seed}", classes, purposes, tuple(rules), cells)


def _rule(category: Category, use: Use, rng: Random) -> Rule | None:
    drawn = rng.random()
    if category not in _NEEDED and drawn < 0.08:
        return None
    effect, mask = EffectKind.ALLOW, None
    if use is Use.ITEM and drawn > 0.93 and category not in _UNMASKED:
        effect, mask = EffectKind.MASK, rng.choice(list(Mask))
    elif category not in _NEEDED and drawn > 0.9:
        effect = EffectKind.WITHHOLD
    return Rule(
        name=f"{category.value} {use.value}",
        classes=frozenset({"tester"}),
        purposes=frozenset({"testing"}),
        categories=frozenset({category}),
        uses=frozenset({use}),
        effect=effect,
        mask=mask,
        condition=_condition(rng) if effect is not EffectKind.WITHHOLD else ALWAYS,
        article="GDPR Art. 6(1)(a)",
        release="It is made up." if rng.random() < 0.7 else None,
    )


def _condition(rng: Random) -> Condition:
    words = rng.sample(sorted(CONDITIONS), rng.choice((0, 0, 0, 1, 1, 2)))
    return all_of(*(CONDITIONS[word] for word in words))
