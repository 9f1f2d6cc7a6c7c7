"""Reads the policy from TOML. Errors name file, line and rule."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auth.policy.effects import EffectKind, Mask, Use, all_of
from auth.policy.places import PolicyText
from auth.policy.reach import Reach
from auth.policy.rules import CONDITIONS, Cell, Policy, PolicyError, Purpose, Rule, ViewerClass
from auth.policy.step_ups import read_step_ups

POLICY_FILE = Path(__file__).with_name("policy.toml")

# The strictest rule decides a cell, whatever the order in the file.
_STRICTNESS = {EffectKind.ALLOW: 0, EffectKind.MASK: 1, EffectKind.WITHHOLD: 2}

_TABLES: Mapping[str, type] = {"classes": dict, "purposes": dict, "rule": list}
_CLASS_KEYS = {"title", "department", "reach", "may_dry_run"}
_PURPOSE_KEYS = {"title", "dpv", "basis", "article"}
_RULE_KEYS = {"name", "who", "purpose", "data", "uses", "effect", "mask", "when", "article", "release"}


def load(path: Path = POLICY_FILE) -> Policy:
    """Read and check a policy file. Raises PolicyError for the first fault; a partial policy is never returned."""
    content = path.read_bytes()
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not TOML: {error}") from None
    version = hashlib.sha256(content).hexdigest()[:16]
    return _Reader(PolicyText(path.name, content.decode())).policy(version, document)


class _Reader:
    """Builds a Policy from a TOML document."""

    def __init__(self, text: PolicyText) -> None:
        self._text = text

    def policy(self, version: str, document: Mapping[str, Any]) -> Policy:
        self._text.only_keys(document, {*_TABLES, "step_up"}, "the policy")
        for table, kind in _TABLES.items():
            if not document.get(table):
                raise self._text.error("the policy", f"[{table}] is missing or empty")
            if not isinstance(document[table], kind):
                raise self._text.error("the policy", f"[{table}] is no table", near=table)
        classes = {name: self._viewer_class(name, table) for name, table in document["classes"].items()}
        purposes = {name: self._purpose(name, table) for name, table in document["purposes"].items()}
        rules = tuple(self._rule(table, classes, purposes) for table in document["rule"])
        self._check_distinct_names([rule.name for rule in rules])
        cells = self._cells(rules)
        return Policy(version, classes, purposes, rules, cells, read_step_ups(self._text, document, classes, cells))

    def _viewer_class(self, name: str, table: Mapping[str, Any]) -> ViewerClass:
        self._text.only_keys(table, _CLASS_KEYS, name)
        return ViewerClass(
            name,
            self._text.text(table, "title", name),
            self._text.text(table, "department", name),
            Reach(self._text.word(table.get("reach", "all"), list(Reach), name)),
            self._text.yes_or_no(table, "may_dry_run", name),
        )

    def _purpose(self, name: str, table: Mapping[str, Any]) -> Purpose:
        self._text.only_keys(table, _PURPOSE_KEYS, name)
        words = {key: self._text.text(table, key, name) for key in _PURPOSE_KEYS}
        return Purpose(name, **words)

    def _rule(self, table: Mapping[str, Any], classes: Mapping[str, Any], purposes: Mapping[str, Any]) -> Rule:
        name = self._text.name_of(table, "rule")
        self._text.only_keys(table, _RULE_KEYS, name)
        effect = self._text.word(table.get("effect", "allow"), list(EffectKind), name)
        mask = table.get("mask")
        if (effect == EffectKind.MASK) != (mask is not None):
            raise self._text.error(name, "`mask` goes with effect = 'mask', and only with it")
        return Rule(
            name=name,
            classes=self._text.words(table, "who", classes, name),
            purposes=self._text.words(table, "purpose", purposes, name),
            categories=self._text.categories(table, name),
            uses=frozenset(Use(word) for word in self._text.words(table, "uses", list(Use), name)),
            effect=EffectKind(effect),
            mask=Mask(self._text.word(mask, list(Mask), name)) if mask is not None else None,
            condition=all_of(*(CONDITIONS[word] for word in sorted(self._conditions(table, name)))),
            article=self._text.text(table, "article", name),
            release=self._text.text(table, "release", name) if "release" in table else None,
        )

    def _conditions(self, table: Mapping[str, Any], rule: str) -> frozenset[str]:
        return self._text.words(table, "when", CONDITIONS, rule) if "when" in table else frozenset()

    def _cells(self, rules: tuple[Rule, ...]) -> Mapping[Cell, Rule]:
        """The rule that decides each cell: the strictest.

        Raises PolicyError for two equally strict rules of one cell, and for a rule that decides no cell.
        """
        cells: dict[Cell, Rule] = {}
        for rule in sorted(rules, key=lambda rule: _STRICTNESS[rule.effect]):
            for cell in rule.cells():
                other = cells.get(cell)
                if other is not None and other.effect is rule.effect:
                    who, purpose, category, use = cell
                    where = f"{who} for {purpose}, {category.value}, {use.value}"
                    raise self._text.error(
                        rule.name, f"{other.name} already decides about {where}: leave one of them out"
                    )
                cells[cell] = rule
        deciding = {rule.name for rule in cells.values()}
        for rule in rules:
            if rule.name not in deciding:
                raise self._text.error(rule.name, "stricter rules decide every cell of this one: it can never count")
        return cells

    def _check_distinct_names(self, names: list[str]) -> None:
        for name, count in Counter(names).items():
            if count > 1:
                raise self._text.error(name, "two rules have this name")
