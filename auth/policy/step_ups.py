"""Reads the `[[step_up]]` tables of the policy: requirements on the sign-in by class and category."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from auth.policy.places import PolicyText
from auth.policy.rules import Cell
from auth.policy.sign_in import NO_REQUIREMENT, SignInRequirement, StepUp

_KEYS = {"name", "who", "data", "max_age", "acr_values", "article"}
_DAY = 24 * 60 * 60
# Written between quotes in a header, with spaces between several values (RFC 9470).
_ACR = re.compile(r"[!#-\[\]-~]{1,255}")


def read_step_ups(
    text: PolicyText, document: Mapping[str, Any], classes: Collection[str], cells: Collection[Cell]
) -> tuple[StepUp, ...]:
    tables = document.get("step_up", [])
    if not isinstance(tables, list):
        raise text.error("the policy", "[step_up] is no list: write [[step_up]]", near="step_up")
    step_ups = tuple(_step_up(text, table, classes) for table in tables)
    _check_decided_once(text, step_ups)
    shown = {(who, category) for who, _, category, _ in cells}
    for each in step_ups:
        if not any((who, category) in shown for who in each.classes for category in each.categories):
            raise text.error(each.name, "no rule shows this data to these classes: it can never count")
    return step_ups


def _step_up(text: PolicyText, table: Any, classes: Collection[str]) -> StepUp:
    name = text.name_of(table, "step_up")
    text.only_keys(table, _KEYS, name)
    requirement = SignInRequirement(_max_age(text, table, name), _acr_values(text, table, name))
    if requirement == NO_REQUIREMENT:
        raise text.error(name, "it asks for nothing: give `max_age`, `acr_values` or both")
    who, data = text.words(table, "who", classes, name), text.categories(table, name)
    return StepUp(name, who, data, requirement, text.text(table, "article", name))


def _max_age(text: PolicyText, table: Mapping[str, Any], name: str) -> int | None:
    value = table.get("max_age")
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _DAY):
        raise text.error(name, f"`max_age` is a number of seconds, 1 to {_DAY}", near="max_age")
    return value


def _acr_values(text: PolicyText, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = table.get("acr_values", [])
    if not isinstance(values, list) or not all(isinstance(each, str) and _ACR.fullmatch(each) for each in values):
        raise text.error(name, "`acr_values` is a list of words as the issuer's `acr` has them", near="acr_values")
    return tuple(values)


def _check_decided_once(text: PolicyText, step_ups: tuple[StepUp, ...]) -> None:
    decided: dict[tuple[str, str], str] = {}
    for each in step_ups:
        for cell in ((who, category.value) for who in sorted(each.classes) for category in each.categories):
            if cell in decided:
                raise text.error(each.name, f"{decided[cell]} already asks {cell[0]} for {cell[1]}: leave one out")
            decided[cell] = each.name
