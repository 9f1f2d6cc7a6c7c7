"""Reads the policy from TOML. What is wrong is named with file, line and rule; half a policy is never returned."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auth.categories import Category
from auth.effects import EffectKind, Mask, Use, all_of
from auth.policy import CONDITIONS, Cell, Policy, PolicyError, Purpose, Rule, ViewerClass
from auth.reach import Reach

POLICY_FILE = Path(__file__).with_name("policy.toml")

# A stricter rule beats a laxer one, whatever their order in the file.
_STRICTNESS = {EffectKind.ALLOW: 0, EffectKind.MASK: 1, EffectKind.WITHHOLD: 2}

_TABLES: Mapping[str, type] = {"classes": dict, "purposes": dict, "rule": list}
_CLASS_KEYS = {"title", "department", "reach", "may_dry_run"}
_PURPOSE_KEYS = {"title", "dpv", "basis", "article"}
_RULE_KEYS = {"name", "who", "purpose", "data", "uses", "effect", "mask", "when", "article", "release"}


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
        self._only_keys(document, set(_TABLES), "the policy")
        for table, kind in _TABLES.items():
            if not document.get(table):
                raise self._error("the policy", f"[{table}] is missing or empty")
            if not isinstance(document[table], kind):
                raise self._error("the policy", f"[{table}] is no table", near=table)
        classes = {name: self._viewer_class(name, table) for name, table in document["classes"].items()}
        purposes = {name: self._purpose(name, table) for name, table in document["purposes"].items()}
        rules = tuple(self._rule(table, classes, purposes) for table in document["rule"])
        self._distinct_names(rules)
        return Policy(version, classes, purposes, rules, self._cells(rules))

    def _viewer_class(self, name: str, table: Mapping[str, Any]) -> ViewerClass:
        self._only_keys(table, _CLASS_KEYS, name)
        return ViewerClass(
            name,
            self._text(table, "title", name),
            self._text(table, "department", name),
            Reach(self._word(table.get("reach", "all"), list(Reach), name)),
            self._yes_or_no(table, "may_dry_run", name),
        )

    def _purpose(self, name: str, table: Mapping[str, Any]) -> Purpose:
        self._only_keys(table, _PURPOSE_KEYS, name)
        words = {key: self._text(table, key, name) for key in _PURPOSE_KEYS}
        return Purpose(name, **words)

    def _rule(self, table: Mapping[str, Any], classes: Mapping[str, Any], purposes: Mapping[str, Any]) -> Rule:
        name = self._name_of(table)
        self._only_keys(table, _RULE_KEYS, name)
        effect = self._word(table.get("effect", "allow"), list(EffectKind), name)
        mask = table.get("mask")
        if (effect == EffectKind.MASK) != (mask is not None):
            raise self._error(name, "`mask` goes with effect = 'mask', and only with it")
        return Rule(
            name=name,
            classes=self._words(table, "who", classes, name),
            purposes=self._words(table, "purpose", purposes, name),
            categories=self._categories(table, name),
            uses=frozenset(Use(word) for word in self._words(table, "uses", list(Use), name)),
            effect=EffectKind(effect),
            mask=Mask(self._word(mask, list(Mask), name)) if mask is not None else None,
            condition=all_of(*(CONDITIONS[word] for word in sorted(self._conditions(table, name)))),
            article=self._text(table, "article", name),
            release=self._text(table, "release", name) if "release" in table else None,
        )

    def _name_of(self, table: Mapping[str, Any]) -> str:
        if not isinstance(table, Mapping):
            raise self._error("rule", "a rule is a table: [[rule]]")
        return self._text(table, "name", "a rule")

    def _categories(self, table: Mapping[str, Any], rule: str) -> frozenset[Category]:
        data = table.get("data")
        if data == "*" or (isinstance(data, list) and "*" in data):
            raise self._error(rule, "name each category: personal data is never allowed by a wildcard", near="*")
        categories = frozenset(Category(word) for word in self._words(table, "data", list(Category), rule))
        for each in categories:
            if not each.is_personal:
                raise self._error(rule, f"{each.value} is not personal and needs no rule", near=each.value)
        return categories

    def _conditions(self, table: Mapping[str, Any], rule: str) -> frozenset[str]:
        return self._words(table, "when", CONDITIONS, rule) if "when" in table else frozenset()

    def _cells(self, rules: tuple[Rule, ...]) -> Mapping[Cell, Rule]:
        """Which rule decides each cell: the strictest. Two that are equally strict are wrong, and one that never is."""
        cells: dict[Cell, Rule] = {}
        for rule in sorted(rules, key=lambda rule: _STRICTNESS[rule.effect]):
            for cell in rule.cells():
                other = cells.get(cell)
                if other is not None and other.effect is rule.effect:
                    who, purpose, category, use = cell
                    where = f"{who} for {purpose}, {category.value}, {use.value}"
                    raise self._error(rule.name, f"{other.name} already decides about {where}: leave one of them out")
                cells[cell] = rule
        deciding = {rule.name for rule in cells.values()}
        for rule in rules:
            if rule.name not in deciding:
                raise self._error(rule.name, "stricter rules decide every cell of this one: it can never count")
        return cells

    def _yes_or_no(self, table: Mapping[str, Any], key: str, owner: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self._error(owner, f"`{key}` is true or false", near=key)
        return value

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

    def _only_keys(self, table: object, known: set[str], owner: str) -> None:
        if not isinstance(table, Mapping):
            raise self._error(owner, "a table of its own is expected here")
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
