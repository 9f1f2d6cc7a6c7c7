"""Every cell of the matrix, decided twice: by the server's grant, and by an evaluator written apart from it."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from auth.policy.categories import INPUTS, Category
from auth.policy.effects import Condition, Use
from auth.policy.file import POLICY_FILE, load
from auth.policy.flags import Flag
from auth.policy.grant import compile_grant
from auth.policy.rules import CONDITIONS, Policy
from tests.permissions.world.matrix import DERIVED_FROM, FLAG_SETS, USES, WHEN, Decision, Matrix

_OFFICER = 'who = ["privacy_officer"]\npurpose = ["rights"]\n'
_ORDERS = 'data = ["user.purchase.order"]\n'
_STRICTER = """[[rule]]
name = "calls-withheld"
who = ["service_agent"]
purpose = ["care"]
data = ["user.service.call", "derived.segment"]
uses = ["item"]
effect = "withhold"
article = "GDPR Art. 5(1)(c)"

# ---"""
# Policies of other kinds than the server's own happens to be: what is written instead of what.
VARIANTS = {
    "all withheld": ('article = "GDPR Art. 15"\n', 'article = "GDPR Art. 15"\neffect = "withhold"\n'),
    "inputs masked": (
        f'{_ORDERS}uses = ["item", "filter", "order", "aggregate", "lookup"]',
        f'{_ORDERS}uses = ["item"]\neffect = "mask"\nmask = "last4"',
    ),
    "inputs conditional": (_OFFICER, f'{_OFFICER}when = ["unrestricted", "adult", "not_held"]\n'),
    "without release": ("\nrelease = ", "\n# release = "),
    "stricter beats laxer": ("# --- Privacy and audit", _STRICTER),
}


@cache
def _by_condition(condition: Condition) -> tuple[bool, ...]:
    return tuple(condition.met_by(flags) for flags in FLAG_SETS)


@cache
def _by_words(words: frozenset[str]) -> tuple[bool, ...]:
    return tuple(Decision("allow", None, words).counts_for(flags) for flags in FLAG_SETS)


def _compared(policy: Policy, matrix: Matrix) -> Counter[str]:
    """How many cells agree, by their effect. Raises on the first that does not."""
    agreed = Counter[str]()
    classes, purposes = (*policy.classes, "nobody"), (*policy.purposes, "no such purpose", None)
    for who in classes:
        for purpose in purposes:
            grant = compile_grant(policy, who, purpose)
            for category in Category:
                for use in Use:
                    effect = grant.effect(category, use)
                    decision = matrix.decide(who, purpose, category.value, use.value)
                    cell = (who, purpose, category.value, use.value)
                    assert (effect.kind.value, effect.mask) == (decision.effect, decision.mask), cell
                    if decision.effect != "withhold":
                        assert _by_condition(effect.condition) == _by_words(decision.when), cell
                    agreed[decision.effect] += len(FLAG_SETS)
    return agreed


def test_every_class_purpose_category_use_and_flag_set_is_decided_alike(policy: Policy, matrix: Matrix) -> None:
    agreed = _compared(policy, matrix)
    cells = (len(policy.classes) + 1) * (len(policy.purposes) + 2) * len(Category) * len(Use)
    assert agreed.total() == cells * len(FLAG_SETS)
    assert agreed["allow"] > 400_000
    assert agreed["mask"] > 1_000


@pytest.mark.parametrize("name", VARIANTS)
def test_other_policies_are_decided_alike_too(name: str, tmp_path: Path, policy: Policy) -> None:
    before, after = VARIANTS[name]
    text = POLICY_FILE.read_text()
    assert before in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(before, after, 1))
    changed = load(path)
    assert changed.cells != policy.cells
    _compared(changed, Matrix(path))


def test_the_words_of_both_are_the_same() -> None:
    """Else a new word would be in none of the comparisons."""
    assert set(USES) == {use.value for use in Use}
    assert {word: (int(flag), is_set) for word, (flag, is_set) in CONDITIONS.items()} == WHEN
    assert {key.value: tuple(each.value for each in values) for key, values in INPUTS.items()} == DERIVED_FROM
    assert len(FLAG_SETS) == 2 ** len(Flag)
