"""Mutants: the server with one protection taken out."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType
from sqlalchemy import ColumnElement

import auth.policy.grant
import datasources.compiler.sql.fields
import resolvers.answering.disclosures
import resolvers.planning.operations
import resolvers.planning.plan_privacy
from auth.policy.categories import Category
from auth.policy.effects import ALWAYS, UNGOVERNED, Condition, Effect, EffectKind, Use
from auth.policy.flags import Flag
from auth.policy.grant import Grant
from auth.policy.reach import Reach
from auth.policy.rules import Cell, Policy, Rule
from datasources.compiler import roots as statements
from datasources.compiler.sql import customers, subjects
from datasources.compiler.sql.pages import PageQuery, Rows
from datasources.plan import Field, Parameter
from datasources.rows import Subject
from resolvers.documents.library import Documents
from resolvers.planning import roots
from resolvers.planning.fields import Planner
from resolvers.planning.plans import PlanCache
from resolvers.planning.root_field import RootField
from resolvers.root_types import CUSTOMER_EXISTS
from tests.permissions.mutants import suite

Patch = pytest.MonkeyPatch
OPEN = replace(UNGOVERNED, rule="mutant")


def _open(effect: Effect) -> Effect:
    return replace(effect, condition=ALWAYS)


def order_unmasked(patch: Patch) -> None:
    patch.setattr(Subject, "governed", lambda _self, value, _effect: value)


def cursor_unmasked(patch: Patch) -> None:
    original = PageQuery._cursor_keys

    def cursor_keys(self: PageQuery, cursor: Parameter) -> list[Any]:
        orders = tuple(replace(each, effect=_open(each.effect)) for each in self.field.orders)
        return original(replace(self, field=replace(self.field, orders=orders)), cursor)

    patch.setattr(PageQuery, "_cursor_keys", cursor_keys)


def cursor_out_of_scope(patch: Patch) -> None:
    """The row that a cursor names is read whether or not it is in the viewer's scope."""
    for name in ("_cursor_keys", "_is_known"):
        patch.setattr(PageQuery, name, _unscoped(getattr(PageQuery, name)))


def _unscoped(original: Callable[..., Any]) -> Callable[..., Any]:
    def everywhere(self: PageQuery, cursor: Parameter) -> Any:
        return original(replace(self, make_rows=lambda: replace(self.make_rows(), where=())), cursor)

    return everywhere


def filter_unmasked(patch: Patch) -> None:
    original = PageQuery._filters

    def filters(self: PageQuery, rows: Rows) -> list[ColumnElement[bool]]:
        unmasked = tuple(replace(each, effect=_open(each.effect)) for each in self.field.filters)
        return original(replace(self, field=replace(self.field, filters=unmasked)), rows)

    patch.setattr(PageQuery, "_filters", filters)


def _without(flag: Flag) -> Callable[[Patch], None]:
    def mutant(patch: Patch) -> None:
        original = Subject.meets

        def meets(self: Subject, condition: Condition) -> ColumnElement[bool] | None:
            return original(self, Condition(condition.bits & ~flag, condition.want & ~flag))

        patch.setattr(Subject, "meets", meets)

    return mutant


def implied_wrongly(patch: Patch) -> None:
    """A row that meets one condition is taken to meet any."""
    patch.setattr(Condition, "implies", lambda self, other: self.bits != 0 or other.bits == 0)


def purpose_out_of_the_key(patch: Patch) -> None:
    patch.setattr(Grant, "digest", property(lambda self: self.viewer_class))


def class_out_of_the_key(patch: Patch) -> None:
    patch.setattr(Grant, "digest", property(lambda self: self.policy_version))


def structure_out_of_the_key(patch: Patch) -> None:
    patch.setattr(Documents, "skeleton", lambda *_: None)


def reach_out_of_the_key(patch: Patch) -> None:
    get, keep = PlanCache.get, PlanCache.keep

    def without(key: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        return tuple(each for each in key if not (isinstance(each, tuple) and each and isinstance(each[0], Reach)))

    patch.setattr(PlanCache, "get", lambda self, key: get(self, without(key)))
    patch.setattr(PlanCache, "keep", lambda self, key, plan: keep(self, without(key), plan))


def use_ungoverned(patch: Patch) -> None:
    """A filter or an order that the class may not use is planned all the same."""

    def used(self: Planner, coordinate: str, use: Use) -> Effect:
        effect = self.effect(coordinate, use)
        return effect if effect.allows else OPEN

    patch.setattr(Planner, "_allowed_effect", used)


def default_order_ungoverned(patch: Patch) -> None:
    original = Planner._order
    patch.setattr(Planner, "_order", lambda self, type_, key: replace(original(self, type_, key), effect=OPEN))


def count_unguarded(patch: Patch) -> None:
    def count_of_list(_self: Planner, asked: Field) -> Mapping[str, tuple[Field, ...]]:
        return asked.fields

    patch.setattr(Planner, "count_of_list", count_of_list)


def mask_dropped(patch: Patch) -> None:
    patch.setattr(datasources.compiler.sql.fields, "mask_text", lambda _mask, value: value)


def masked_money_allowed(patch: Patch) -> None:
    original = Planner._shown_effect

    def shown(self: Planner, type_: GraphQLObjectType, name: str) -> Effect:
        effect, usual = self.effect(f"{type_.name}.{name}"), original(self, type_, name)
        is_masked = effect.kind is EffectKind.MASK and usual.kind is EffectKind.WITHHOLD
        return replace(effect, kind=EffectKind.ALLOW, mask=None) if is_masked else usual

    patch.setattr(Planner, "_shown_effect", shown)


def lookup_ungoverned(patch: Patch) -> None:
    original = RootField.allowed_effect

    def allowed_effect(self: RootField, coordinate: str, use: Use) -> Effect | None:
        return original(self, coordinate, use) or (OPEN if use is Use.LOOKUP else None)

    patch.setattr(RootField, "allowed_effect", allowed_effect)


def lookup_unconditional(patch: Patch) -> None:
    original = subjects.one_customer
    patch.setattr(customers, "one_customer", lambda make_rows, exists, test, *_: original(make_rows, exists, test))


def existence_unconditional(patch: Patch) -> None:
    """A customer who does not exist for the viewer is shown."""
    original = subjects.customers
    patch.setattr(statements, "customers", lambda compiler, exists, reach: original(compiler, _open(exists), reach))


def erased_come_back(patch: Patch) -> None:
    class Nobody:
        ERASED = "NOBODY"

    patch.setattr(subjects, "CustomerStatus", Nobody)


def expired_rows_come_back(patch: Patch) -> None:
    shapes = {name: replace(shape, alive=None) for name, shape in suite.shapes.items()}
    patch.setattr(suite, "shapes", shapes)


def expired_consents_count(patch: Patch) -> None:
    patch.setattr(subjects, "flags_now", lambda table: table.c.flags)


def reach_ignored(patch: Patch) -> None:
    patch.setattr(subjects, "within_reach", lambda *_: None)


def reasons_for_everybody(patch: Patch) -> None:
    original = resolvers.planning.plan_privacy.row_reasons
    opened = Grant("anybody", "anything", "", {(Category.PRIVACY, Use.ITEM): OPEN})
    patch.setattr(resolvers.planning.operations, "row_reasons", lambda _, disclosed: original(opened, disclosed))


def reasons_of_nothing(patch: Patch) -> None:
    patch.setattr(resolvers.answering.disclosures, "_NULL", b"nothing")


def derived_without_sources(patch: Patch) -> None:
    def effect_of(_policy: Policy, rule: Rule, _cell: Cell) -> Effect:
        return rule.to_effect()

    patch.setattr(auth.policy.grant, "_effect_of", effect_of)


def owner_not_asked(patch: Patch) -> None:
    patch.setattr(roots, "_customer_exists", lambda root: root.planner.effect(CUSTOMER_EXISTS))


MUTANTS: Mapping[str, Callable[[Patch], None]] = {
    "an order is not masked": order_unmasked,
    "a cursor's row is not masked": cursor_unmasked,
    "a cursor's row may be out of scope": cursor_out_of_scope,
    "a filter is not masked": filter_unmasked,
    "restrictions do not count": _without(Flag.RESTRICTED),
    "objections do not count": _without(Flag.OBJECTS_LEGITIMATE_INTEREST),
    "objections to marketing do not count": _without(Flag.OBJECTS_DIRECT_MARKETING),
    "consents to profiling do not count": _without(Flag.CONSENTS_PROFILING),
    "consents to sharing do not count": _without(Flag.CONSENTS_PARTNER_SHARING),
    "a condition is taken for implied": implied_wrongly,
    "the plan's key lacks the purpose": purpose_out_of_the_key,
    "the plan's key lacks the class": class_out_of_the_key,
    "the plan's key lacks the variables' structure": structure_out_of_the_key,
    "the plan's key lacks the reach": reach_out_of_the_key,
    "the right to filter is not asked for": use_ungoverned,
    "a list's own order is not governed": default_order_ungoverned,
    "a count is not governed": count_unguarded,
    "a mask is taken for allow": mask_dropped,
    "a mask of money is taken for allow": masked_money_allowed,
    "the right to look up is not asked for": lookup_ungoverned,
    "a lookup is not masked": lookup_unconditional,
    "existence is not masked": existence_unconditional,
    "erased customers come back": erased_come_back,
    "rows past their retention come back": expired_rows_come_back,
    "expired consents count": expired_consents_count,
    "reach does not count": reach_ignored,
    "reasons are shown to every class": reasons_for_everybody,
    "reasons are given for a null root": reasons_of_nothing,
    "derived data need no sources": derived_without_sources,
    "an object's owner is not asked for": owner_not_asked,
}
