"""What a record says was shown, by its disclosure and each subject's flags, is what the answer showed."""

from collections.abc import Iterable, Iterator

import orjson
from graphql import is_abstract_type

from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.test_flags import _category, _filled, coordinates
from tests.permissions.world.askers import askers
from tests.permissions.world.probes import ONE
from tests.permissions.world.worlds import Memory, ask, served, the_contract

CUSTOMERS = 12


def _concrete(coordinates_: Iterable[str]) -> Iterator[str]:
    """The coordinates of concrete types, which disclosures name."""
    schema = the_contract().schema
    for coordinate in coordinates_:
        type_, _, name = coordinate.partition(".")
        declared = schema.get_type(type_)
        types = schema.get_possible_types(declared) if is_abstract_type(declared) else (declared,)
        yield from (f"{each.name}.{name}" for each in types if each is not None)


async def test_shown_by_the_record_is_shown_by_the_answer(copy: Copy, arena: Field) -> None:
    """Cell by cell, for every asker: nothing is shown that the record leaves out, nothing withheld that it lists."""
    log, where = Memory(), coordinates(the_contract().schema, ONE)
    rows = {row["flags"]: row for row in arena.rows.tables["core.customer"] if row["status"] != "ERASED"}
    shown, withheld = 0, 0
    async with served(await copy(), arena.policy, log=log) as graph:
        for customer in [*rows.values()][:CUSTOMERS]:
            for asker in askers(arena.matrix, customer["id"]):
                log.records.clear()
                answer = await ask(graph, ONE, asker.viewer, by={"id": str(customer["id"])})
                filled = set(_filled(orjson.loads(answer.body)["data"]))
                if not log.records:
                    assert filled == set(), asker.name
                    continue
                (record,) = log.records
                assert list(record.subjects) == [customer["id"]]
                said = dict(record.disclosure.shown(record.flags[0]))
                for each in said:
                    category, use = _category(each.partition(":")[0]), each.partition(":")[2] or "item"
                    assert asker.decision(category, use).shows(record.flags[0]), (asker.name, each)
                for path, names in where.items():
                    governed = {each for each in _concrete(names) if _category(each).is_personal}
                    if governed and path in filled:
                        assert governed & said.keys(), (asker.name, path)
                        shown += 1
                    if governed and not governed & said.keys():
                        assert path not in filled, (asker.name, path)
                        withheld += 1
    assert shown > 3_000
    assert withheld > 1_000


async def test_a_restricted_customers_name_is_not_on_record_as_shown(copy: Copy, arena: Field) -> None:
    log, customer = Memory(), arena.restricted()
    campaigner = arena.asker("finance_clerk", "accounting")
    document = "query($by: CustomerBy!) { customer(by: $by) { displayName id } }"
    async with served(await copy(), arena.policy, log=log) as graph:
        agent = arena.asker("service_agent", "care")
        for asker in (campaigner, agent):
            log.records.clear()
            answer = orjson.loads((await ask(graph, document, asker.viewer, by={"id": str(customer["id"])})).body)
            if answer["data"]["customer"] is None:
                assert log.records == []
                continue
            (record,) = log.records
            said = dict(record.disclosure.shown(record.flags[0]))
            assert ("Customer.displayName" in said) is (answer["data"]["customer"]["displayName"] is not None)
            assert "Customer.displayName" in {each[0] for each in record.disclosure.coordinates}
