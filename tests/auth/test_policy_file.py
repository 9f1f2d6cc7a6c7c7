"""A faulty policy file is refused with an error that names file, line and fault."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from auth.policy.categories import Category
from auth.policy.effects import EffectKind, Mask, Use
from auth.policy.file import POLICY_FILE, load
from auth.policy.reach import Reach
from auth.policy.rules import Policy, PolicyError
from auth.policy.sign_in import SignInRequirement

SMALL = """\
[classes]
agent = { title = "Agent", department = "service" }
partner = { title = "Partner", department = "partner", reach = "linked" }

[purposes]
care = { title = "Care", dpv = "CustomerCare", basis = "6(1)(b)", article = "GDPR Art. 6(1)(b)" }

[[rule]]
name = "names"
who = ["agent"]
purpose = ["care"]
data = ["user.name"]
uses = ["item"]
article = "GDPR Art. 6(1)(b)"

[[rule]]
name = "numbers"
who = ["agent", "partner"]
purpose = ["care"]
data = ["user.government_id"]
uses = ["item"]
effect = "mask"
mask = "last4"
when = ["unrestricted"]
article = "GDPR Art. 5(1)(c)"

[[step_up]]
name = "lately"
who = ["agent"]
data = ["user.name"]
max_age = 600
acr_values = ["urn:strong"]
article = "GDPR Art. 32"
"""

NUMBERS = '[[rule]]\nname = "numbers"'
SECOND = """[[rule]]
name = "again"
who = ["agent"]
purpose = ["care"]
data = ["user.name"]
uses = ["item"]
article = "GDPR Art. 6(1)(b)"

"""
TWICE = """[[step_up]]
name = "twice"
who = ["agent", "partner"]
data = ["user.name"]
max_age = 60
article = "GDPR Art. 32"

"""
STRICTER = SECOND.replace("article", 'effect = "withhold"\narticle')
MISSING = "must be a text that says something"
# The replaced text, the new text, the line that the error names, and its message.
WRONG: Mapping[str, tuple[str, str, int | None, str]] = {
    "a table that nobody knows": ("[purposes]", "[roles]\nx = 1\n[purposes]", 5, "unknown key `roles`"),
    "no rules": (SMALL[SMALL.index("[[rule]]") :], "", None, "[rule] is missing or empty"),
    "no classes": (SMALL[: SMALL.index("[purposes]")], "", None, "[classes] is missing or empty"),
    "classes that are no table": (SMALL[: SMALL.index("[purposes]")], "classes = 3\n", 1, "[classes] is no table"),
    "a class that is no table": ("[purposes]", "auditor = 3\n[purposes]", 5, "auditor: a table of its own"),
    "a class without a title": ('title = "Agent", ', "", 2, f"agent: `title` is missing: it {MISSING}"),
    "a class with a key too many": ('title = "Agent"', 'title = "Agent", rank = 1', 2, "agent: unknown key `rank`"),
    "a reach that nobody knows": ('"linked"', '"related"', 3, "'related' is not one of all, linked, self, territory"),
    "a reach that is no word": ('"linked"', "[]", 3, "[] is not one of"),
    "dry runs that are no yes or no": ('reach = "linked"', 'may_dry_run = "no"', 3, "`may_dry_run` is true or false"),
    "a purpose without a legal basis": ('basis = "6(1)(b)", ', "", 6, f"care: `basis` is missing: it {MISSING}"),
    "a purpose with an empty article": ('"GDPR Art. 6(1)(b)" }', '" " }', 6, "`article` is missing"),
    "a rule without an article": ('\narticle = "GDPR Art. 6(1)(b)"\n\n', "\n\n", 9, "names: `article` is missing"),
    "a rule without a name": ('name = "names"\n', "", None, "a rule: `name` is missing"),
    "two rules of one name": ('name = "numbers"', 'name = "names"', 9, "two rules have this name"),
    "a key that no rule has": ('uses = ["item"]\narticle', 'uses = ["item"]\nwho_else = []\narticle', 14, "`who_else`"),
    "a class that is not declared": ('["agent"]', '["agents"]', 10, "'agents' is not one of agent, partner"),
    "a purpose that is not declared": ('purpose = ["care"]\ndata = ["user.name"]',
                                       'purpose = ["cure"]\ndata = ["user.name"]', 11, "'cure' is not one of care"),
    "a category that nobody knows": ('"user.name"', '"user.names"', 12, "'user.names' is not one of"),
    "a wildcard": ('["user.name"]', '["*"]', 12, "personal data is never allowed by a wildcard"),
    "a wildcard that is no list": ('["user.name"]', '"*"', 12, "personal data is never allowed by a wildcard"),
    "a category that is not personal": ('"user.name"', '"catalogue"', 12, "catalogue is not personal"),
    "data that are no list": ('["user.name"]', "3", 9, "`data` must be a list with at least one word"),
    "no data at all": ('["user.name"]', "[]", 9, "`data` must be a list with at least one word"),
    "a use that nobody knows": ('uses = ["item"]\narticle', 'uses = ["show"]\narticle', 13, "'show' is not one of"),
    "an effect that nobody knows": ('"mask"', '"hide"', 22, "'hide' is not one of allow, mask, withhold"),
    "a mask that nobody knows": ('"last4"', '"last3"', 23, "'last3' is not one of initial, last4"),
    "an empty mask": ('"last4"', '""', None, "'' is not one of initial, last4"),
    "a mask that is no word": ('"last4"', "[]", None, "[] is not one of initial, last4"),
    "a mask of nothing": ('mask = "last4"\n', "", 17, "`mask` goes with effect = 'mask', and only with it"),
    "a mask that does not count": ('effect = "mask"\n', "", 17, "`mask` goes with effect = 'mask', and only with it"),
    "a condition that nobody knows": ('"unrestricted"', '"restricted"', 24, "'restricted' is not one of"),
    "no condition at all": ('["unrestricted"]', "[]", 17, "`when` must be a list with at least one word"),
    "an empty release": ('when = ["unrestricted"]', 'release = ""', 17, "`release` is missing"),
    "two rules for one cell": (NUMBERS, SECOND + NUMBERS, 17, "names already decides about agent for care, user.name"),
    "a rule that never counts": (NUMBERS, STRICTER + NUMBERS, 9, "stricter rules decide every cell of this one"),
    "a step-up without a name": ('name = "lately"\n', "", None, "a step_up: `name` is missing"),
    "step-ups that are no list": ("[[step_up]]", "[step_up]", 27, "[step_up] is no list"),
    "a key that no step-up has": ("max_age = 600", "max_age = 600\nuses = []", 32, "unknown key `uses`"),
    "a step-up of nobody": ('["agent"]\ndata = ["user.name"]\nmax', '["x"]\ndata = ["user.name"]\nmax', None,
                            "'x' is not"),
    "a step-up that asks for nothing": ('max_age = 600\nacr_values = ["urn:strong"]\n', "", 28, "it asks for nothing"),
    "an age of no seconds": ("600", "0", 31, "`max_age` is a number of seconds, 1 to 86400"),
    "an age that is no number": ("600", '"1 h"', 31, "`max_age` is a number of seconds"),
    "a way with a quote": ("urn:strong", "urn:\\\"", 32, "`acr_values` is a list of words"),
    "a way with a blank": ("urn:strong", "urn: strong", 32, "`acr_values` is a list of words"),
    "ways that are no list": ('["urn:strong"]', '"urn:strong"', 32, "`acr_values` is a list of words"),
    "two step-ups for one": ("[[step_up]]", TWICE + "[[step_up]]", 35, "twice already asks agent for user.name"),
    "a step-up of what nobody sees": ('["user.name"]\nmax', '["user.loyalty"]\nmax', 28, "it can never count"),
    "no TOML": ("[purposes]", "[purposes", None, "not TOML"),
    "a key twice": ('name = "names"', 'name = "names"\nname = "names"', None, "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    before, after, line, words = WRONG[name]
    assert before in SMALL
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace(before, after, 1))
    with pytest.raises(PolicyError) as raised:
        load(path)
    message = str(raised.value)
    assert words in message
    assert message.startswith("small.toml:" if line is None else f"small.toml:{line}:")


def test_the_small_policy_itself_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    policy = load(path)
    assert {name: each.reach for name, each in policy.classes.items()} == {"agent": Reach.ALL, "partner": Reach.LINKED}
    assert sorted(
        (who, purpose, category, use, rule.name, rule.effect, rule.mask)
        for (who, purpose, category, use), rule in policy.cells.items()
    ) == [
        ("agent", "care", Category.IDENTIFIER, Use.ITEM, "numbers", EffectKind.MASK, Mask.LAST4),
        ("agent", "care", Category.NAME, Use.ITEM, "names", EffectKind.ALLOW, None),
        ("partner", "care", Category.IDENTIFIER, Use.ITEM, "numbers", EffectKind.MASK, Mask.LAST4),
    ]


def test_a_step_up_is_asked_of_its_classes_for_its_data(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    policy = load(path)
    assert policy.sign_in_requirements("agent") == {Category.NAME: SignInRequirement(600, ("urn:strong",))}
    assert policy.sign_in_requirements("partner") == {}


def test_any_change_of_the_file_is_another_version(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    versions = set()
    for text in (SMALL, f"{SMALL}\n", SMALL.replace("Agent", "Agents")):
        path.write_text(text)
        versions.add(load(path).version)
    assert len(versions) == 3


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    with pytest.raises(FileNotFoundError):
        load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match="not TOML"):
        load(path)


ODD: tuple[str, ...] = ("3", '""', "[]", "{}", "true", '["*"]', "[1]", "[[]]", '"\\u0000"', "1979-05-27", "nan")


@pytest.mark.parametrize("seed", range(300))
def test_whatever_is_written_in_a_policy_it_loads_or_is_refused(seed: int, tmp_path: Path) -> None:
    """Values of every wrong type in every place: a PolicyError, or a policy that allows no more than the file says."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    lines = SMALL.splitlines()
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.choice([n for n, line in enumerate(lines) if " = " in line])
        key, _, _ = lines[place].partition(" = ")
        lines[place] = f"{key} = {rng.choice(ODD)}"
    path = tmp_path / "odd.toml"
    path.write_text("\n".join(lines))
    policy, told = _loaded(path)
    assert policy is None or all(rule.mask is not None for rule in policy.rules if rule.effect is EffectKind.MASK)
    assert told is None or told.startswith("odd.toml:")


def _loaded(path: Path) -> tuple[Policy | None, str | None]:
    try:
        return load(path), None
    except PolicyError as error:
        return None, str(error)


def test_the_servers_own_policy_says_all_that_it_must() -> None:
    document: dict[str, Any] = tomllib.loads(POLICY_FILE.read_text())
    policy = load()
    assert [rule.name for rule in policy.rules] == [rule["name"] for rule in document["rule"]]
    assert all(rule.article.startswith("GDPR Art. ") for rule in policy.rules)
    assert {rule.name for rule in policy.rules if rule.release} == {
        "care-tells-the-balance",
        "campaigns-choose-by-segment",
    }
    restricted = [rule for rule in policy.rules if rule.classes & {"marketing_campaigner", "sales_rep"}]
    assert all("unrestricted" in document["rule"][policy.rules.index(rule)]["when"] for rule in restricted)
