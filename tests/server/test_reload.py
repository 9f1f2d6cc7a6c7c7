"""A policy that is not sound leaves the old one in force; a sound one counts from the next request on."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from auth.policy.file import POLICY_FILE
from resolvers.graph import Graph
from server.graphql.documents.trusted import TrustedDocuments
from server.reload import reload_on_hangup
from server.settings.environment import load
from tests.resolvers.conftest import Ask, ask, data, graph

__all__ = ["ask", "graph"]

BALANCE = '{ customer(by: {number: "C-000001"}) { finance { balance { currency } } } }'


async def _hang_up(graph: Graph, file: Path) -> None:
    with reload_on_hangup(graph, load({"CUSTOMER360_POLICY_FILE": str(file)}), TrustedDocuments()):
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)


def _replace(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


async def _balance(ask: Ask) -> object:
    return data(await ask(BALANCE))["customer"]["finance"]["balance"]


async def test_hangup_reads_the_policy_again(
    ask: Ask, graph: Graph, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = Path(shutil.copy(POLICY_FILE, tmp_path / "policy.toml"))
    assert await _balance(ask) == {"currency": "SEK"}

    rule = 'name = "care-tells-the-balance"\nwho = ["{}"]'
    _replace(file, rule.format("service_agent"), rule.format("auditor"))
    await _hang_up(graph, file)
    assert await _balance(ask) is None

    _replace(file, "[purposes]", "[porpoises]")
    await _hang_up(graph, file)
    assert await _balance(ask) is None
    assert "unknown key `porpoises`" in caplog.text
