"""The policy as a matrix: a row per category, a column per role and purpose."""

import csv
import io
from collections.abc import Iterator, Sequence

from auth.policy.categories import Category
from auth.policy.effects import EffectKind, Use
from auth.policy.grant import Grant, compile_grant
from auth.policy.rules import Policy, conditions_in
from auth.policy.sign_in import describe_requirements

Cell = dict[str, str]

LEGEND = (
    "`+` seen, `*` seen where the customer's flags allow, a mask's name: masked, empty: withheld.\n"
    "With `!` only after a recent or strong sign-in.\n"
)


def matrix_cells(policy: Policy, use: str, role: str | None = None, purpose: str | None = None) -> list[Cell]:
    """One cell per category, role and purpose, for the purposes that some rule gives the role.

    `role` and `purpose` select one of them.
    """
    roles = policy.classes if role is None else [role]
    purposes = policy.purposes if purpose is None else [purpose]
    return [
        {
            "role": role,
            "purpose": purpose,
            "category": category.value,
            **_cell(compile_grant(policy, role, purpose), category, Use(use)),
        }
        for role in roles
        for purpose in purposes
        if any(role in rule.classes and purpose in rule.purposes for rule in policy.rules)
        for category in Category
        if category.is_personal
    ]


def as_csv(matrix: Sequence[Cell]) -> str:
    text = io.StringIO()
    out = csv.DictWriter(text, list(matrix[0]), lineterminator="\n")
    out.writeheader()
    out.writerows(matrix)
    return text.getvalue()


def as_markdown(matrix: Sequence[Cell]) -> str:
    heading = ["category", *(f"{role} / {purpose}" for role, purpose in matrix_columns(matrix))]
    lines = [heading, ["---"] * len(heading)]
    lines += [[category, *map(sign, cells)] for category, cells in matrix_rows(matrix)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{LEGEND}"


def matrix_columns(matrix: Sequence[Cell]) -> list[tuple[str, str]]:
    """Role and purpose of each column."""
    return list(dict.fromkeys((cell["role"], cell["purpose"]) for cell in matrix))


def matrix_rows(matrix: Sequence[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    """Each category with its cells, in the order of the columns."""
    columns = matrix_columns(matrix)
    by_place = {(cell["category"], cell["role"], cell["purpose"]): cell for cell in matrix}
    for category in dict.fromkeys(cell["category"] for cell in matrix):
        yield category, [by_place[category, role, purpose] for role, purpose in columns]


def _cell(grant: Grant, category: Category, use: Use) -> Cell:
    effect, needed = grant.effect(category, use), grant.sign_in_requirements.get(category, ())
    return {
        "effect": effect.kind.value,
        "mask": effect.mask.value if effect.mask else "",
        "when": " ".join(conditions_in(effect.condition)),
        "rule": effect.rule if effect.shows else "",
        "step_up": describe_requirements(needed) if effect.shows else "",
    }


def sign(cell: Cell) -> str:
    """The cell in short, as LEGEND explains."""
    if cell["effect"] == EffectKind.WITHHOLD:
        return ""
    return (cell["mask"] or ("*" if cell["when"] else "+")) + ("!" if cell["step_up"] else "")
