"""What operators are told where a department is no database: the others, and no fault."""

from datasources.databases import Databases
from datasources.service import ticket_system
from schema.build import build_graph
from server.gauges import Lag, gauges
from server.limiter import Limiter
from tests.conftest import Addresses
from tests.permissions.worlds import Memory
from tests.resolvers.conftest import POLICY
from tests.sources.process import SECRET_OF_TESTS, Remote


async def test_breakers_and_pools_are_told_of_databases(seeded: Addresses, remote: Remote) -> None:
    async with (
        ticket_system.opened(f"{remote.url}/seeded/", SECRET_OF_TESTS, 8) as service,
        Databases.open(seeded, sources={"service": service}) as databases,
    ):
        look = gauges(build_graph(databases, POLICY, Memory()), databases, Limiter(), Lag())
        told = [gauge.department for gauge in look() if gauge.name == "breaker_state"]
    assert told == ["core", "finance", "sales", "marketing"]
