"""How often the databases are asked, whatever is asked of the graph."""

from tests.guards.conftest import Asked, House, asking, document

DEPARTMENTS_OF = {"card": 5, "list50": 4, "list100": 2, "tiny": 1, "filtered": 1, "deep": 3}
VIEWERS = (asking("service_agent", "care"), asking("finance_clerk", "payment"), asking("service_agent", None))
NOBODY = {"id": "00000000-0000-0000-0000-000000000000"}


async def test_one_database_is_asked_once(house: House, variables: Asked, workload: str) -> None:
    await house.ask(document(workload), variables[workload][0])

    assert len(house.statements) == 1
    assert len(house.log.records) == 1


async def test_databases_apart_are_asked_once_each_and_only_those_that_know_something(
    house_apart: House, variables_apart: Asked, workload: str
) -> None:
    await house_apart.ask(document(workload), variables_apart[workload][0])

    asked = [each.database for each in house_apart.statements]
    # Back at the customer from a ticket, core has been asked already: its part is in its one statement.
    assert len(asked) == len(set(asked)) == DEPARTMENTS_OF[workload]


async def test_a_customer_who_is_not_there_costs_one_statement(house_apart: House) -> None:
    await house_apart.ask(document("deep"), NOBODY)

    assert len(house_apart.statements) == 1
    assert house_apart.log.records == []


async def test_a_repeated_document_is_planned_once(house: House, variables: Asked, workload: str) -> None:
    for each in variables[workload] * 3:
        await house.ask(document(workload), each)

    assert house.graph.plans.compiled == 1


async def test_the_statement_is_the_same_for_other_values(house: House, variables: Asked, workload: str) -> None:
    texts = set()
    for each in variables[workload]:
        await house.ask(document(workload), each)
        texts |= {statement.sql for statement in house.statements}

    assert len(texts) == 1


async def test_another_viewer_gets_a_plan_of_their_own(house: House, variables: Asked) -> None:
    for each in (*VIEWERS, *VIEWERS):
        await house.ask(document("tiny"), variables["tiny"][0], each)

    assert house.graph.plans.compiled == len(VIEWERS)
