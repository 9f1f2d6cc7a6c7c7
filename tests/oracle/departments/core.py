"""What core's fields mean."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle import ledger
from tests.oracle.scene import Key, Scene, Thing, newest, section

Meaning = Callable[[Scene, Thing, Mapping[str, Any]], Any]

_MAIN_FIRST = (newest("isPrimary", "is_primary"),)
_SYSTEMS = (Key("system", lambda row: row["system"]), Key("type", lambda row: row["type"]))
_TOPICS = (Key("topic", lambda row: row["topic"]),)
_NAME = Key("name", lambda row: row["name"])
_PREFERENCES = (newest("setAt", "set_at"), Key("rank", lambda row: row["rank"]))


def _contact_points(type_: str, kind: str) -> Meaning:
    def meaning(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
        rows = [row for row in scene.rows("core.contact_point", thing) if row["kind"] == kind]
        return scene.things(type_, rows, thing, _MAIN_FIRST)

    return meaning


def _party(_: Scene, thing: Thing, __: Mapping[str, Any]) -> Thing:
    return section("Individual" if thing.row["kind"] == "INDIVIDUAL" else "Organization", thing)


def _preferred_channel(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Any:
    """The newest thing they said; of several said at once the one of the best rank."""
    rows = scene.rows("core.channel_preference", thing)
    said = sorted(rows, key=lambda row: (row["rank"], row["id"]))
    return max(said, key=lambda row: row["set_at"])["channel"] if said else None


def _domain(_: Scene, thing: Thing, __: Mapping[str, Any]) -> str:
    return str(thing.row["value"]).rpartition("@")[2]


def _birth_year(_: Scene, thing: Thing, __: Mapping[str, Any]) -> int | None:
    day = thing.row["birth_date"]
    return day.year if day else None


def _is_minor(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> bool:
    return ledger.is_minor(thing.row["birth_date"], scene.moment.today)


def _is_restricted(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> bool:
    said = ledger.track(scene.rows("core.privacy_event", thing), "RESTRICT")
    return any(events[0]["state"] == "RESTRICTED" for events in said.values())


def _consents(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    events = scene.rows("core.privacy_event", thing)
    now = scene.moment.now
    rows = [
        ledger.row_of(newest_, status=ledger.consent_status(newest_, now), history=said)
        for newest_, said in ledger.consents(events)
    ]
    return scene.things("Consent", rows, thing, _TOPICS)


def _history(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    rows = [ledger.row_of(event) for event in thing.row["history"]]
    return scene.things("ConsentEvent", rows, thing, (newest("statedAt", "stated_at"),), lambda row: row["sequence"])


def _objections(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    said = ledger.objections(scene.rows("core.privacy_event", thing))
    rows = [ledger.row_of(event, is_active=event["state"] == "OBJECTED") for event in said]
    return scene.things("Objection", rows, thing, _TOPICS)


FIELDS: Mapping[str, Meaning] = {
    "Customer.party": _party,
    "Customer.preferredChannel": _preferred_channel,
    "Customer.emailAddresses": _contact_points("EmailContactPoint", "EMAIL"),
    "Customer.phoneNumbers": _contact_points("PhoneContactPoint", "PHONE"),
    "Customer.postalAddresses": _contact_points("PostalContactPoint", "POSTAL"),
    "Customer.identifiers": lambda scene, thing, _: scene.things(
        "Identifier", scene.rows("core.identifier", thing), thing, _SYSTEMS
    ),
    "Customer.channelPreferences": lambda scene, thing, _: scene.things(
        "ChannelPreference", scene.rows("core.channel_preference", thing), thing, _PREFERENCES
    ),
    "Customer.privacy": lambda _, thing, __: section("Privacy", thing),
    "Customer.finance": lambda _, thing, __: section("Finance", thing),
    "Customer.sales": lambda _, thing, __: section("Sales", thing),
    "Customer.service": lambda _, thing, __: section("Service", thing),
    "Customer.marketing": lambda _, thing, __: section("Marketing", thing),
    "EmailContactPoint.address": lambda _, thing, __: thing.row["value"],
    "EmailContactPoint.domain": _domain,
    "PhoneContactPoint.number": lambda _, thing, __: thing.row["value"],
    "Individual.birthYear": _birth_year,
    "Organization.parentId": lambda scene, thing, _: scene.visible_customer(thing.row["parent_id"]),
    "Organization.contacts": lambda scene, thing, _: scene.things(
        "ContactPerson", scene.rows("core.contact_person", thing), thing, (_NAME,)
    ),
    "Privacy.isMinor": _is_minor,
    "Privacy.isRestricted": _is_restricted,
    "Privacy.consents": _consents,
    "Privacy.objections": _objections,
    "Consent.history": _history,
}
