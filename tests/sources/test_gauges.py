"""What operators are told of a department behind HTTP: as much as of a database."""

from auth.departments import DEPARTMENTS
from datasources.engine.running.breaker import State
from datasources.engine.running.databases import Databases
from datasources.service import ticket_system
from server.graphql.bounds.limiter import ConcurrencyLimit
from server.graphs import build_graph
from server.telemetry.gauges import Lag, gauges
from tests.conftest import Addresses
from tests.permissions.world.worlds import Memory
from tests.resolvers.conftest import POLICY
from tests.sources.process import SECRET_OF_TESTS, Remote


async def test_breakers_and_places_are_told_of_every_department(seeded: Addresses, remote: Remote) -> None:
    async with (
        ticket_system.open_ticket_system(f"{remote.url}/seeded/", SECRET_OF_TESTS, 8) as service,
        Databases.open(seeded, sources={"service": service}) as databases,
    ):
        look = gauges(build_graph(databases, POLICY, Memory()), databases, ConcurrencyLimit(), Lag())
        behind = databases.behind("service")
        behind.patience.breaker._open()
        async with behind.places.taken(0):
            told = {(gauge.name, gauge.department): gauge.value for gauge in look() if gauge.department}
    of_service = {"breaker_state": State.OPEN, "pool_in_use": 1, "pool_waiting": 0, "bad_values": 0}
    assert told == {
        (name, department): value if department == "service" else 0
        for department in DEPARTMENTS
        for name, value in of_service.items()
    }
