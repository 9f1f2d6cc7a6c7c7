"""What a plan declares about privacy: disclosures, reasons, sign-in requirements, and `extensions.privacy`."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256

import orjson

from auth.access_log import Disclosure
from auth.policy.categories import Category
from auth.policy.effects import Effect
from auth.policy.grant import Grant
from auth.policy.rules import conditions_in
from auth.policy.sign_in import SignInRequirement
from resolvers.contract import Contract
from resolvers.planning.fields import Planner, Withheld
from resolvers.planning.plans import Withholdings
from resolvers.planning.row_reasons import RowReasons


def disclosure(disclosed: Mapping[str, Effect]) -> Disclosure:
    coordinates = tuple(
        sorted((what, effect.kind.value, *conditions_in(effect.condition)) for what, effect in disclosed.items())
    )
    return Disclosure(sha256(orjson.dumps(coordinates)).digest(), coordinates)


def row_reasons(grant: Grant, disclosed: Mapping[str, Effect]) -> RowReasons:
    """The reasons reveal a customer's privacy state, so a class that may not read it gets none."""
    privacy_state = grant.effect(Category.PRIVACY)
    if not privacy_state.allows:
        return RowReasons((), privacy_state.condition)
    conditional = (each for each in disclosed.items() if each[1].condition.bits)
    return RowReasons(tuple(conditional), privacy_state.condition)


def sign_in_requirements(planner: Planner) -> tuple[SignInRequirement, ...]:
    """Requirements on the sign-in for the categories that the plan shows or uses. Withheld categories need none."""
    needed, categories = planner.grant.sign_in_requirements, planner.contract.categories
    disclosed = (categories[what.partition(":")[0]] for what in planner.disclosed)
    return tuple(dict.fromkeys(each for category in disclosed for each in needed.get(category, ())))


def count_withheld(contract: Contract, withheld: list[Withheld]) -> Withholdings:
    types = ((each, each.coordinate.partition(".")[0]) for each in withheld)
    return Counter((contract.owners[each.coordinate], type_, each.effect.rule) for each, type_ in types)


def privacy_extension(grant: Grant, withheld: list[Withheld]) -> bytes:
    """`extensions.privacy`: policy version, purpose, and what the grant withholds from every row."""
    fields = [
        {
            "coordinate": each.coordinate,
            "path": each.path,
            "effect": each.effect.kind,
            "rule": each.effect.rule,
            "article": each.effect.article,
            "remedy": each.effect.remedy,
            **({"by": each.effect.by} if each.effect.by is not None else {}),
        }
        for each in withheld
    ]
    return orjson.dumps({"policy": grant.policy_version, "purpose": grant.purpose, "withheld": fields})
