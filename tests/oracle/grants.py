"""What `viewer` should say of the asker, and of what they may do with every field."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.oracle.rights import Rights
from tests.oracle.scene import Scene, Thing


def viewer(scene: Scene, _: Mapping[str, Any]) -> Thing:
    asker = scene.viewer
    role = scene.rights.policy.classes[asker.viewer_class]
    row = {
        "subject": asker.subject,
        "role": role.name,
        "title": role.title,
        "department": role.department,
        "purpose": asker.purpose,
        "purposes": sorted(asker.purposes),
        "policy": scene.rights.policy.version,
    }
    return Thing("Viewer", row)


def coordinates(scene: Scene, _: Thing, args: Mapping[str, Any]) -> list[Thing]:
    return [_grant(scene.rights, each, args["use"]) for each in sorted(scene.rights.categories)]


def may(scene: Scene, _: Thing, args: Mapping[str, Any]) -> Thing | None:
    if args["coordinate"] not in scene.rights.categories:
        return None
    purpose = args["purpose"] if args["purpose"] in scene.viewer.purposes else None
    return _grant(replace(scene.rights, purpose=purpose), args["coordinate"], args["use"])


def _grant(rights: Rights, coordinate: str, use: str) -> Thing:
    decision = rights.of(coordinate, use.lower())
    row = {
        "coordinate": coordinate,
        "category": rights.categories[coordinate],
        "effect": decision.effect.upper(),
        "when": decision.conditions(),
        "rule": decision.rule,
        "article": decision.article,
        "remedy": decision.remedy,
    }
    return Thing("CoordinateGrant", row)


FIELDS = {"Viewer.coordinates": coordinates, "Viewer.may": may}
