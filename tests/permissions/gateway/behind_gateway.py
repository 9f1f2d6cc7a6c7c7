"""The furnished world behind a gateway: five databases, five subgraphs, and the whole graph to compare with."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx2 as httpx
import orjson

from auth.tokens.keys import development_key
from auth.tokens.minting import mint
from server.settings.environment import load
from server.trust.identity import expected_claims, policy_of
from tests.federation.stack import Stack
from tests.oracle.world import World
from tests.permissions.world.askers import Asker
from tests.permissions.world.probes import Probe
from tests.permissions.world.twins import COLUMNS, Row, Tables
from tests.permissions.world.worlds import rewrite

Where = Literal["gateway", "whole"]


@dataclass(frozen=True)
class GatewayAnswer:
    """What an answer tells: its data to the byte, the errors by code and place, and what is said to be withheld."""

    data: bytes
    codes: frozenset[str]
    errors: tuple[bytes, ...]
    withheld: frozenset[bytes]

    @property
    def is_nothing(self) -> bool:
        return all(each is None for each in (orjson.loads(self.data) or {}).values())


@dataclass(frozen=True)
class Behind:
    """Asks the gateway or the whole graph, over databases that can be rewritten to a twin's."""

    stack: Stack
    addresses: Mapping[str, str]
    rows: World
    client: httpx.AsyncClient

    async def ask(self, where: Where, asker: Asker, probe: Probe) -> GatewayAnswer:
        document, variables = probe
        body = {"query": document, "variables": variables}
        answer = await self.client.post(self.stack.urls[where], json=body, headers=self._headers(asker))
        return _shown_by(orjson.loads(answer.content))

    async def same(self, asker: Asker, probe: Probe) -> GatewayAnswer:
        """What gateway and whole graph both tell. A refused operation has no data at all, or nulls."""
        gateway, whole = await self.ask("gateway", asker, probe), await self.ask("whole", asker, probe)
        where = f"{asker.name}: {probe}\n{gateway}\n{whole}"
        assert gateway.codes == whole.codes, where
        if whole.data == b"null":
            assert gateway.is_nothing, where
        else:
            assert gateway.data == whole.data, where
        return gateway

    @asynccontextmanager
    async def instead(self, tables: Mapping[str, list[Row]]) -> AsyncIterator[None]:
        """Other rows in place, for a while. A second stack would cost as much as all the questions."""
        await self.write(tables)
        try:
            yield
        finally:
            await self.write({name: self.rows.tables[name] for name in tables})

    async def write(self, tables: Tables) -> None:
        for department, address in self.addresses.items():
            its = {name: rows for name, rows in tables.items() if name in COLUMNS and name.startswith(f"{department}.")}
            await rewrite(address, its)

    def _headers(self, asker: Asker) -> dict[str, str]:
        purpose = {"customer360-purpose": asker.purpose} if asker.purpose else {}
        return {"authorization": f"Bearer {self._token(asker)}", "accept": "application/json", **purpose}

    def _token(self, asker: Asker) -> str:
        settings = load({"CUSTOMER360_DATA_DIR": self.stack.environment["CUSTOMER360_DATA_DIR"]})
        by = {"linked": "contract", "self": "customer", "territory": "territory"}.get(asker.scope.reach)
        return mint(
            development_key(Path(self.stack.environment["CUSTOMER360_DATA_DIR"])),
            expected_claims(settings, policy_of(settings)),
            role=asker.who,
            purposes=set(asker.matrix.purposes),
            reach_claims={by: str(asker.scope.by)} if by else {},
        )


def _shown_by(answer: Any) -> GatewayAnswer:
    errors = answer.get("errors", ())
    privacy = answer.get("extensions", {}).get("privacy", {})
    return GatewayAnswer(
        orjson.dumps(_plain(answer.get("data"))),
        frozenset(str(each["extensions"]["code"]) for each in errors),
        tuple(sorted(orjson.dumps([each["message"], each.get("path"), each["extensions"]]) for each in errors)),
        frozenset(orjson.dumps(each) for each in (*privacy.get("withheld", ()), *privacy.get("rows", ()))),
    )


def _plain(value: Any) -> Any:
    """Numbers as a gateway in JavaScript writes them: it knows no difference between 1 and 1.0."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case float() if value.is_integer():
            return int(value)
    return value
