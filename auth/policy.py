"""The policy: who may use which data for what, loaded from TOML and checked before anything is served."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auth.categories import Category
from auth.effects import Condition, Effect, EffectKind, Mask, Use, all_of
from auth.flags import Flag

POLICY_FILE = Path(__file__).with_name("policy.toml")

CONDITIONS: Mapping[str, tuple[Flag, bool]] = {
    "consents_direct_marketing": (Flag.CONSENTS_DIRECT_MARKETING, True),
    "consents_profiling": (Flag.CONSENTS_PROFILING, True),
    "consents_partner_sharing": (Flag.CONSENTS_PARTNER_SHARING, True),
    "consents_special_categories": (Flag.CONSENTS_SPECIAL_CATEGORIES, True),
    "no_objection_to_direct_marketing": (Flag.OBJECTS_DIRECT_MARKETING, False),
    "no_objection": (Flag.OBJECTS_LEGITIMATE_INTEREST, False),
    "unrestricted": (Flag.RESTRICTED, False),
    "not_held": (Flag.HELD, False),
    "adult": (Flag.MINOR, False),
}


def conditions_in(condition: Condition, bits: int = -1) -> list[str]:
    """The policy's words for a condition, or for those of its bits."""
    return [
        word
        for word, (flag, is_set) in CONDITIONS.items()
        if condition.bits & bits & flag and bool(condition.want & flag) is is_set
    ]


class PolicyError(ValueError):
    """The policy cannot be used. The message names the place in the file and what would mend it."""


@dataclass(frozen=True, slots=True)
class ViewerClass:
    """A kind of viewer: a staff role, with the department it works for."""

    name: str
    title: str
    department: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is asked for: the legal basis that a rule may stand on."""

    name: str
    title: str
    dpv: str
    basis: str
    article: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Some classes, for some purposes, use some categories in some ways, with one effect."""

    name: str
    classes: frozenset[str]
    purposes: frozenset[str]
    categories: frozenset[Category]
    uses: frozenset[Use]
    effect: EffectKind
    mask: Mask | None
    condition: Condition
    article: str

    def applies(self, viewer_class: str, purpose: str, category: Category, use: Use) -> bool:
        return (
            viewer_class in self.classes
            and purpose in self.purposes
            and category in self.categories
            and use in self.uses
        )

    def to_effect(self) -> Effect:
        remedy = "A rule withholds this from your role." if self.effect is EffectKind.WITHHOLD else None
        return Effect(self.effect, self.name, self.article, self.mask, self.condition, remedy)


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it, and its version: a hash of the file, so that every answer can name what it was decided by."""

    version: str
    classes: Mapping[str, ViewerClass]
    purposes: Mapping[str, Purpose]
    rules: tuple[Rule, ...]


def load(path: Path = POLICY_FILE) -> Policy:
    """Read and check a policy file. Raises PolicyError, never returns half a policy."""
    content = path.read_bytes()
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not TOML: {error}") from None
    version = hashlib.sha256(content).hexdigest()[:16]
    return _Reader(path.name, content.decode()).policy(version, document)


class _Reader:
    """Turns the document into a Policy and names the line of what it cannot accept."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()

    def policy(self, version: str, document: Mapping[str, Any]) -> Policy:
        self._only_keys(document, {"classes", "purposes", "rule"}, "the policy")
        classes = {name: self._viewer_class(name, table) for name, table in document["classes"].items()}
        purposes = {name: self._purpose(name, table) for name, table in document["purposes"].items()}
        rules = tuple(self._rule(table, classes, purposes) for table in document["rule"])
        self._distinct_names(rules)
        return Policy(version, classes, purposes, rules)

    def _viewer_class(self, name: str, table: Mapping[str, Any]) -> ViewerClass:
        self._only_keys(table, {"title", "department"}, name)
        return ViewerClass(name, self._text(table, "title", name), self._text(table, "department", name))

    def _purpose(self, name: str, table: Mapping[str, Any]) -> Purpose:
        self._only_keys(table, {"title", "dpv", "basis", "article"}, name)
        words = {key: self._text(table, key, name) for key in ("title", "dpv", "basis", "article")}
        return Purpose(name, **words)

    def _rule(self, table: Mapping[str, Any], classes: Mapping[str, Any], purposes: Mapping[str, Any]) -> Rule:
        name = self._text(table, "name", "a rule")
        self._only_keys(table, {"name", "who", "purpose", "data", "uses", "effect", "mask", "when", "article"}, name)
        effect = self._word(table.get("effect", "allow"), list(EffectKind), name)
        mask = table.get("mask")
        if (effect == EffectKind.MASK) != (mask is not None):
            raise self._error(name, "`mask` goes with effect = 'mask', and only with it")
        return Rule(
            name=name,
            classes=self._words(table, "who", classes, name),
            purposes=self._words(table, "purpose", purposes, name),
            categories=frozenset(Category(word) for word in self._words(table, "data", list(Category), name)),
            uses=frozenset(Use(word) for word in self._words(table, "uses", list(Use), name)),
            effect=EffectKind(effect),
            mask=Mask(self._word(mask, list(Mask), name)) if mask else None,
            condition=all_of(*(CONDITIONS[word] for word in sorted(self._conditions(table, name)))),
            article=self._text(table, "article", name),
        )

    def _conditions(self, table: Mapping[str, Any], rule: str) -> frozenset[str]:
        return self._words(table, "when", CONDITIONS, rule) if "when" in table else frozenset()

    def _words(self, table: Mapping[str, Any], key: str, known: Any, rule: str) -> frozenset[str]:
        words = table.get(key)
        if not isinstance(words, list) or not words:
            raise self._error(rule, f"`{key}` must be a list with at least one word")
        return frozenset(self._word(word, known, rule) for word in words)

    def _word(self, word: Any, known: Any, rule: str) -> str:
        if not isinstance(word, str) or word not in list(known):
            raise self._error(rule, f"{word!r} is not one of {', '.join(sorted(known))}", near=str(word))
        return word

    def _text(self, table: Mapping[str, Any], key: str, owner: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._error(owner, f"`{key}` is missing: it must be a text that says something")
        return value

    def _only_keys(self, table: Mapping[str, Any], known: set[str], owner: str) -> None:
        for key in table:
            if key not in known:
                raise self._error(owner, f"unknown key `{key}`; known are {', '.join(sorted(known))}", near=key)

    def _distinct_names(self, rules: tuple[Rule, ...]) -> None:
        seen: set[str] = set()
        for rule in rules:
            if rule.name in seen:
                raise self._error(rule.name, "two rules have this name")
            seen.add(rule.name)

    def _error(self, owner: str, message: str, near: str | None = None) -> PolicyError:
        return PolicyError(f"{self._file}:{self._line(owner, near)}: {owner}: {message}")

    def _line(self, owner: str, near: str | None) -> int:
        """The line of the offending word after its owner's name, as well as the text alone can tell."""
        start = next((n for n, line in enumerate(self._lines) if owner in line), 0)
        if near is None:
            return start + 1
        return next((n for n in range(start, len(self._lines)) if near in self._lines[n]), start) + 1
