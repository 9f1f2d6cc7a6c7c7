"""Grants of dry runs: what both the viewer and the class that they try out may see, cell by cell."""

from dataclasses import replace
from itertools import product

from auth.policy.categories import Category
from auth.policy.effects import NOTHING_IN_COMMON, Effect, EffectKind, Side, Use
from auth.policy.grant import Grant


def dry_run_grant(viewer: Grant, tried_out: Grant) -> Grant:
    """The strictest of both grants, with the sign-in requirements of both.

    Its class and purpose are those that are tried out. Every cell is decided, so that each withheld one names its side.
    """
    cells = [cell for cell in product(Category, Use) if cell[0].is_personal]
    needed = {
        category: (*viewer.sign_in_requirements.get(category, ()), *tried_out.sign_in_requirements.get(category, ()))
        for category in {*viewer.sign_in_requirements, *tried_out.sign_in_requirements}
    }
    return replace(
        tried_out,
        effects={cell: strictest_effect(viewer.effect(*cell), tried_out.effect(*cell)) for cell in cells},
        sign_in_requirements=needed,
    )


def strictest_effect(viewer: Effect, tried_out: Effect) -> Effect:
    """The effect for rows that both show, with the stricter kind. Two different masks have no common value."""
    if not tried_out.shows:
        return replace(tried_out, by=Side.TRIED_OUT)
    if not viewer.shows:
        return replace(viewer, by=Side.VIEWER)
    if viewer.condition.contradicts(tried_out.condition):
        return replace(NOTHING_IN_COMMON, rule=viewer.rule, by=Side.VIEWER)
    condition = viewer.condition & tried_out.condition
    if EffectKind.MASK not in (viewer.kind, tried_out.kind):
        return replace(tried_out, condition=condition)
    if None not in (viewer.mask, tried_out.mask) and viewer.mask is not tried_out.mask:
        return replace(NOTHING_IN_COMMON, rule=viewer.rule, by=Side.VIEWER)
    masked, side = (tried_out, Side.TRIED_OUT) if tried_out.kind is EffectKind.MASK else (viewer, Side.VIEWER)
    return replace(masked, condition=condition, by=side)
