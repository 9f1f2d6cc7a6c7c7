"""The viewer: what the asker may know of themselves and of what they may see."""

from typing import Annotated

import strawberry

from auth.departments import Department
from auth.policy.effects import EffectKind, Use
from auth.policy.grant import Grant, compile_grant, narrow_grant
from auth.policy.rules import conditions_in
from resolvers.answering.requests import Context
from schema.classification import DepartmentField, argument

field = DepartmentField(Department.CORE)

strawberry.enum(EffectKind, name="Effect", description="What happens to a field: shown, partly hidden, or held back.")
strawberry.enum(Use, name="Use", description="What a field is used for. Filtering and ordering tell its value too.")


@strawberry.type(description="What the viewer may do with one field of the graph, for their purpose.")
class CoordinateGrant:
    coordinate: str = field("The field, written Type.field.")
    category: str = field("The category of its data (Fideslang keys).")
    effect: EffectKind = field("What happens to it.")
    when: list[str] = field("What must hold of a customer for it to be shown; empty if nothing.")
    rule: str = field("The rule of the policy that says so.")
    article: str = field("The article of the GDPR that it rests on.")
    remedy: str | None = field("What would open it; null if it is open.")


@strawberry.type(description="Who asks, and for what.")
class Viewer:
    subject: str = field("Whom the token names.")
    role: str = field("The class of viewer that they are.")
    title: str = field("Its name for people.")
    department: str = field("The department that it works for.")
    purpose: str | None = field("The purpose of this request; null if none was named, and nothing personal is shown.")
    purposes: list[str] = field("The purposes that the token allows. Name one in the header Customer360-Purpose.")
    policy: str = field("The version of the policy that decides.")

    @field("What they may do with every field of the graph, for the purpose of this request.")
    def coordinates(
        self,
        info: strawberry.Info[Context],
        use: Annotated[Use, argument("Used for what.")] = Use.ITEM,
    ) -> list[CoordinateGrant]:
        context = info.context
        return [_granted(context, context.grant, each, use) for each in sorted(context.contract.categories)]

    @field("What they may do with one field for one purpose of their token; null if there is no such field.")
    def may(
        self,
        info: strawberry.Info[Context],
        coordinate: Annotated[str, argument("The field, written Type.field.")],
        purpose: Annotated[str, argument("A purpose of the token. For another one everything is withheld.")],
        use: Annotated[Use, argument("Used for what.")] = Use.ITEM,
    ) -> CoordinateGrant | None:
        context = info.context
        if coordinate not in context.contract.categories:
            return None
        allowed = purpose if purpose in context.viewer.purposes else None
        grant = narrow_grant(
            compile_grant(context.policy, context.viewer.viewer_class, allowed), context.viewer.ceiling
        )
        return _granted(context, grant, coordinate, use)


def viewer_of(context: Context) -> Viewer:
    viewer = context.viewer
    role = context.policy.classes[viewer.viewer_class]
    return Viewer(
        subject=viewer.subject,
        role=role.name,
        title=role.title,
        department=role.department,
        purpose=viewer.purpose,
        purposes=sorted(viewer.purposes),
        policy=context.policy.version,
    )


def _granted(context: Context, grant: Grant, coordinate: str, use: Use) -> CoordinateGrant:
    category = context.contract.categories[coordinate]
    effect = grant.effect(category, use)
    return CoordinateGrant(
        coordinate=coordinate,
        category=category.value,
        effect=effect.kind,
        when=conditions_in(effect.condition),
        rule=effect.rule,
        article=effect.article,
        remedy=effect.remedy,
    )
