import subprocess
import sys
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
from graphql import build_schema, parse

from auth.departments import DEPARTMENTS
from tests.adding.extended import Extended
from tests.federation.composers import by_apollo, by_guild, need_node
from tests.house.project import ROOT

pytestmark = pytest.mark.slow

SHIPMENTS = """{ customer(by: {number: "C-000001"}) { logistics {
  shipments { nodes { number state sentAt carrier customer { number } } totalCount } } } }"""
IDS = '{ customer(by: {number: "C-000001"}) { id logistics { shipments { nodes { id } } } } }'


@pytest.fixture(scope="module")
async def state(extended: Extended) -> str:
    """What the first customer's shipment has in the table."""
    connection = await asyncpg.connect(extended.url)
    try:
        return str(await connection.fetchval("SELECT state FROM logistics.shipment WHERE number = 'S-000001'"))
    finally:
        await connection.close()


def test_its_schema_is_sound_and_only_adds(extended: Extended) -> None:
    assert extended.run("schema", "check", "--against", str(ROOT / "schema" / "customer360.graphql")) == ""
    assert "  logistics: Logistics @data(" in extended.run("schema", "print")


def test_its_code_passes_the_linter(extended: Extended) -> None:
    files = [str(path) for path in extended.folder.rglob("*logistics*") if path.name != "__pycache__"]
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([ruff, *command, *files], cwd=extended.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


async def test_it_is_migrated_and_seeded(extended: Extended) -> None:
    connection = await asyncpg.connect(extended.url)
    try:
        shipments = await connection.fetchval("SELECT count(*) FROM logistics.shipment")
        names = await connection.fetchval("SELECT array_agg(name ORDER BY name) FROM core.department")
    finally:
        await connection.close()
    assert shipments == 20
    assert names == sorted([*(name.upper() for name in DEPARTMENTS), "LOGISTICS"])
    assert '"logistics"' in extended.run("db", "status", "--json")


async def test_it_is_served(extended: Extended, state: str) -> None:
    answer = extended.ask("service_agent", "care", SHIPMENTS)
    shipments = answer["data"]["customer"]["logistics"]["shipments"]
    assert datetime.fromisoformat(shipments["nodes"][0].pop("sentAt")).tzinfo is not None
    shown = {"number": "S-000001", "state": state, "carrier": None, "customer": {"number": "C-000001"}}
    assert shipments == {"nodes": [shown], "totalCount": 1}
    assert answer["extensions"]["privacy"]["withheld"] == []


async def test_its_filter_narrows(extended: Extended, state: str) -> None:
    counts = {}
    for each in ("SENT", "DELIVERED"):
        document = SHIPMENTS.replace("shipments {", f"shipments(states: [{each}]) {{")
        answer = extended.ask("service_agent", "care", document)
        counts[each] = answer["data"]["customer"]["logistics"]["shipments"]["totalCount"]
    assert counts == {each: int(each == state) for each in ("SENT", "DELIVERED")}


@pytest.mark.parametrize(
    ("role", "purpose", "scopes", "rule"),
    [
        ("sales_rep", "order", "", "no-rule"),
        ("service_agent", "care", "core:read service:read", "contract"),
    ],
)
async def test_it_is_withheld_from_others(extended: Extended, role: str, purpose: str, scopes: str, rule: str) -> None:
    answer = extended.ask(role, purpose, SHIPMENTS, scopes=scopes)
    assert answer["data"]["customer"]["logistics"] == {"shipments": None}
    withheld = answer["extensions"]["privacy"]["withheld"]
    assert {each["coordinate"]: each["rule"] for each in withheld} == {"Logistics.shipments": rule}
    assert "S-000001" not in str(answer)


async def test_its_own_scope_opens_it(extended: Extended) -> None:
    answer = extended.ask("service_agent", "care", SHIPMENTS, scopes="core:read logistics:read")
    assert answer["data"]["customer"]["logistics"]["shipments"]["totalCount"] == 1


def test_its_rights_stand_in_the_policy(extended: Extended) -> None:
    told = extended.run(
        "policy", "explain", "--role", "service_agent", "--purpose", "care", "--coordinate", "Shipment.number"
    )
    assert "service-tracks-shipments" in told


async def test_its_subgraph_resolves_its_entities(extended: Extended) -> None:
    customer = extended.ask("service_agent", "care", IDS)["data"]["customer"]
    (shipment,) = customer["logistics"]["shipments"]["nodes"]
    asked = ", ".join(
        f'{{__typename: "{type_}", id: "{id_}"}}'
        for type_, id_ in (("Shipment", shipment["id"]), ("Customer", customer["id"]))
    )
    fields = "... on Shipment { number } ... on Customer { logistics { shipments { totalCount } } }"
    answer = extended.ask(
        "service_agent", "care", f"{{ _entities(representations: [{asked}]) {{ {fields} }} }}", subgraph="logistics"
    )
    assert answer["data"]["_entities"] == [{"number": "S-000001"}, {"logistics": {"shipments": {"totalCount": 1}}}]


@pytest.fixture(scope="module")
def subgraphs(extended: Extended) -> dict[str, str]:
    names = (*DEPARTMENTS, "logistics")
    return {name: extended.run("schema", "print", "--subgraph", name, "--without-access") for name in names}


def test_its_subgraph_has_its_part(subgraphs: dict[str, str]) -> None:
    own = subgraphs["logistics"]
    assert 'type Shipment implements Node @key(fields: "id")' in own
    assert 'type Shipment implements Node @key(fields: "id", resolvable: false)' in subgraphs["core"]
    assert {name for name, sdl in subgraphs.items() if "  carrier: String" in sdl} == {"logistics"}
    assert len(parse(own).definitions) > 10


def test_the_six_subgraphs_compose(subgraphs: dict[str, str], tmp_path: Path) -> None:
    need_node()
    for composer in (by_apollo, by_guild):
        composed = composer(subgraphs, tmp_path)
        assert composed.errors == ()
        assert "shipments" in build_schema(composed.api).type_map["Logistics"].fields  # type: ignore[attr-defined]
