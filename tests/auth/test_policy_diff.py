"""What a change of the policy widens and narrows."""

from pathlib import Path

import pytest

from auth.policy.diff import Direction, changes, class_changes, step_up_changes
from auth.policy.file import POLICY_FILE, load
from auth.policy.rules import Policy

CARE = 'data = ["user.unique_id", "user.lifecycle"]\nuses = ["item", "filter", "order", "aggregate", "lookup"]\narticle'
CALLS = '"user.service.call", "user.service.feedback"'
BANK = (
    'data = ["user.financial.bank_account"]\nuses = ["item"]\neffect = "mask"\nmask = "last4"\n'
    'article = "GDPR Art. 5(1)(c)"'
)
RIGHTS = 'article = "GDPR Art. 15"\n'

# The replaced text, the new text, and the number of cells that this widens and narrows.
EDITS = {
    "a category more": (CALLS, f'{CALLS}, "user.service.recording"', 5, 0),
    "a category less": (CALLS, '"user.service.feedback"', 0, 5),
    "a condition more": (CARE, CARE.replace("article", 'when = ["unrestricted"]\narticle'), 0, 10),
    "a condition less": ('\nwhen = ["unrestricted", "no_objection"]\narticle = "GDPR Art. 6(1)(f), 22"',
                         '\nwhen = ["unrestricted"]\narticle = "GDPR Art. 6(1)(f), 22"', 2, 0),
    "a condition for another": ('\nwhen = ["unrestricted", "no_objection"]\narticle = "GDPR Art. 6(1)(f), 22"',
                                '\nwhen = ["unrestricted", "adult"]\narticle = "GDPR Art. 6(1)(f), 22"', 2, 0),
    "a mask for all of it": (BANK, BANK.replace('\neffect = "mask"\nmask = "last4"', ""), 2, 0),
    "another mask": ('mask = "initial"', 'mask = "last4"', 1, 0),
    "all of it for a mask": (RIGHTS, f'effect = "mask"\nmask = "last4"\n{RIGHTS}', 0, 7 * 37),
    "a reason of other words": ("A caller is told what they owe", "Callers are told what they owe", 0, 0),
    "no release": ("\nrelease = \"A caller", "\n# release = \"A caller", 0, 8),
}  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load()


def _edited(tmp_path: Path, before: str, after: str) -> Policy:
    text = POLICY_FILE.read_text()
    assert text.count(before) >= 1
    path = tmp_path / "edited.toml"
    path.write_text(text.replace(before, after, 1))
    return load(path)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_and_its_undoing(name: str, tmp_path: Path, policy: Policy) -> None:
    before, after, widened, narrowed = EDITS[name]
    new = _edited(tmp_path, before, after)
    directions = [each.direction for each in changes(policy, new)]
    assert (directions.count(Direction.WIDENS), directions.count(Direction.NARROWS)) == (widened, narrowed)
    back = [each.direction for each in changes(new, policy)]
    assert len(back) == len(directions)
    assert back.count(Direction.WIDENS) >= narrowed


def test_the_same_policy_has_no_changes(policy: Policy) -> None:
    assert list(changes(policy, policy)) == []


SERVICE = 'department = "service"'
REACHES = {
    "everybody for the linked": ('reach = "linked"', 'reach = "all"', Direction.WIDENS),
    "a territory for the linked": ('reach = "linked"', 'reach = "territory"', Direction.WIDENS),
    "a territory for everybody": (SERVICE, f'{SERVICE}, reach = "territory"', Direction.NARROWS),
    "dry runs": ('title = "Auditor"', 'may_dry_run = true, title = "Auditor"', Direction.WIDENS),
    "no dry runs": (", may_dry_run = true", "", Direction.NARROWS),
}


@pytest.mark.parametrize("name", REACHES)
def test_whose_rows_a_class_sees_is_a_change_too(name: str, tmp_path: Path, policy: Policy) -> None:
    before, after, direction = REACHES[name]
    new = _edited(tmp_path, before, after)
    assert [each.direction for each in class_changes(policy, new)] == [direction]
    assert list(changes(policy, new)) == []


RECENT = 'data = ["user.financial.credit_score"]\nmax_age = 3600'
WHO = 'who = ["credit_officer", "privacy_officer"]\ndata = ["user.financial.credit_score"]\nmax'
# One for each of the two classes of the step-up.
STEP_UPS = {
    "an older sign-in": (RECENT, RECENT.replace("3600", "7200"), [Direction.WIDENS] * 2),
    "a younger sign-in": (RECENT, RECENT.replace("3600", "600"), [Direction.NARROWS] * 2),
    "a stronger sign-in": (RECENT, f'{RECENT}\nacr_values = ["urn:strong"]', [Direction.NARROWS] * 2),
    "a strong one, whatever its age": (
        RECENT,
        RECENT.replace("max_age = 3600", 'acr_values = ["urn:strong"]'),
        [Direction.WIDENS] * 2,
    ),
    "one class fewer": (WHO, WHO.replace('"credit_officer", ', ""), [Direction.WIDENS]),
}


@pytest.mark.parametrize("name", STEP_UPS)
def test_what_a_sign_in_must_prove_is_a_change_too(name: str, tmp_path: Path, policy: Policy) -> None:
    before, after, directions = STEP_UPS[name]
    new = _edited(tmp_path, before, after)
    assert [each.direction for each in step_up_changes(policy, new)] == directions
    assert list(changes(policy, new)) == []
    assert list(step_up_changes(policy, policy)) == []
