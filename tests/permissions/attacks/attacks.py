"""What attacks have in common: a pair of worlds for one asker, and who in them is worth asking about."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from auth.policy.reach import Reach, RowScope
from auth.policy.rules import Policy
from auth.viewer import Viewer
from resolvers.graph import Graph
from tests.oracle.world import Row, World
from tests.permissions.world.askers import CONTRACT, Asker
from tests.permissions.world.matrix import Matrix
from tests.permissions.world.twins import PAST, Twin, flags_at
from tests.permissions.world.worlds import Pair, ask, rewrite, served

Copy = Callable[[], Awaitable[str]]


@dataclass
class Field:
    """Where attacks take place: the furnished world, and for each asker its twin, made when it is first needed."""

    stack: AsyncExitStack
    matrix: Matrix
    policy: Policy
    rows: World
    copy: Copy
    home: Graph
    _pairs: dict[Asker, Pair] = field(default_factory=dict)

    async def against(self, asker: Asker) -> "Attack":
        if asker not in self._pairs:
            twin = Twin(self.rows.tables, asker, Random(asker.name)).made()  # noqa: S311 - repeatable, not secret
            address = await self.copy()
            await rewrite(address, twin)
            other = await self.stack.enter_async_context(served(address, self.policy, like=self.home))
            self._pairs[asker] = Pair(self.home, other)
        return Attack(asker, self._pairs[asker], self)

    def asker(self, who: str, purpose: str | None, scope: RowScope | None = None) -> Asker:
        return Asker(self.matrix, who, purpose, *([scope] if scope else []))

    # --- Who asks

    async def agent(self) -> "Attack":
        return await self.against(self.asker("service_agent", "care"))

    async def clerk(self) -> "Attack":
        return await self.against(self.asker("finance_clerk", "accounting"))

    async def auditor(self) -> "Attack":
        return await self.against(self.asker("auditor", "audit"))

    async def partner(self) -> "Attack":
        return await self.against(self.asker("partner_client", "partner", RowScope(Reach.LINKED, CONTRACT)))

    async def developer(self) -> "Attack":
        return await self.against(self.asker("developer", "care"))

    # --- Subjects

    def customer(self, test: Callable[[Row], bool] = lambda _: True, *, having: str | None = None) -> Row:
        """The first customer by number with this property and with rows of that table within their retention."""
        kept = {row["customer_id"] for row in self.rows.tables[having] if not is_over(row)} if having else None
        found = sorted(self.rows.tables["core.customer"], key=lambda row: str(row["number"]))
        return next(
            row for row in found if row["status"] != "ERASED" and test(row) and (kept is None or row["id"] in kept)
        )

    def restricted(self) -> Row:
        return self.customer(lambda row: bool(row["flags"] & 64) and row["kind"] == "INDIVIDUAL")

    def ordinary(self, having: str | None = None) -> Row:
        return self.customer(lambda row: not row["flags"] & 96, having=having)

    def flags(self, row: Row) -> int:
        return flags_at(row, datetime.now(UTC))

    def linked(self) -> set[Any]:
        links = self.rows.tables["core.partner_link"]
        return {row["customer_id"] for row in links if row["contract"] == CONTRACT}

    def of(self, table: str, customer: Row) -> list[Row]:
        return [row for row in self.rows.tables[table] if row["customer_id"] == customer["id"] and not is_over(row)]


def is_over(row: Row) -> bool:
    return row.get("retain_until") is not None and row["retain_until"] < PAST.replace(year=2020)


@dataclass(frozen=True)
class Attack:
    """One asker against the worlds that they must not be able to tell apart."""

    asker: Asker
    pair: Pair
    field: Field

    @property
    def viewer(self) -> Viewer:
        return self.asker.viewer

    async def same(self, document: str, **variables: Any) -> bytes:
        """Both worlds give one answer, to the byte."""
        return await self.pair.same(document, self.viewer, **variables)

    async def told_apart(self, document: str, **variables: Any) -> bytes:
        """A privacy officer, who may see what is asked, does tell them apart."""
        officer = self.field.asker("privacy_officer", "rights")
        return await self.pair.differ(document, officer.viewer, **variables)

    async def refused(self, document: str, **variables: Any) -> bytes:
        """Refused for the class, with the same words in both worlds."""
        one, other = await self.pair.ask(document, self.viewer, **variables)
        assert (one.outcome, one.code) == ("refused", "USE_WITHHELD")
        assert one.body == other.body
        return one.body

    async def home(self, document: str, **variables: Any) -> bytes:
        return (await ask(self.pair.one, document, self.viewer, **variables)).body
