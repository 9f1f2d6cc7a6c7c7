"""Apollo's own gateway over the five processes, which needs the subgraphs without their access directives."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from auth.departments import DEPARTMENTS
from deploy.processes import node
from schema.federation.subgraphs import print_subgraphs
from tests.federation.composers import APOLLO, by_apollo
from tests.federation.gateways.test_gateway import CAMPAIGN, CARD, PAGE, unshared_numbers
from tests.federation.stack import Stack, free_port
from tests.federation.subgraph import CARE, PAYMENT, Role


def supergraph(stack: Stack, folder: Path, *, tells_access: bool) -> str:
    urls = {name: stack.urls[name] for name in DEPARTMENTS}
    composed = by_apollo(print_subgraphs(tells_access=tells_access), folder, urls)
    assert composed.errors == ()
    return composed.supergraph


def started(folder: Path, text: str, port: int, **more: str) -> subprocess.Popen[str]:
    path = folder / "supergraph"
    path.write_text(text)
    environment = {**os.environ, "PORT": str(port), "SUPERGRAPH": str(path), **more}
    return subprocess.Popen([node(), "gateway.mjs"], cwd=APOLLO, env=environment, stderr=subprocess.PIPE, text=True)


@contextmanager
def answering(stack: Stack, folder: Path, name: str, **more: str) -> Iterator[None]:
    """The stack answers by that name too."""
    port = free_port()
    with started(folder, supergraph(stack, folder, tells_access=False), port, **more) as process:
        try:
            assert process.stderr is not None
            assert "answers" in process.stderr.readline()
            stack.urls[name] = f"http://127.0.0.1:{port}/"
            yield
        finally:
            process.kill()


@pytest.fixture(scope="module")
def apollo(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with answering(stack, tmp_path_factory.mktemp("apollo"), "apollo"):
        yield stack


@pytest.mark.parametrize("role", [CARE, PAYMENT, CAMPAIGN], ids=lambda role: role[0])
@pytest.mark.parametrize("document", [CARD, PAGE], ids=["card", "page"])
async def test_it_gives_the_whole_graphs_data(apollo: Stack, document: str, role: Role) -> None:
    variables = {"phone": (await unshared_numbers(apollo))[0]} if document is CARD else {}
    whole = await apollo.ask("whole", document, role, **variables)
    found = await apollo.ask("apollo", document, role, **variables)
    assert orjson.dumps(found["data"]) == orjson.dumps(whole["data"])
    assert "errors" not in found


async def test_it_asks_each_subgraph_once(apollo: Stack) -> None:
    await apollo.counts()
    await apollo.ask("apollo", PAGE, CARE)
    counts = await apollo.counts()
    assert {name: len(counts[name]["requests"]) for name in DEPARTMENTS} == dict.fromkeys(DEPARTMENTS, 1)


def test_it_does_not_start_where_fields_say_who_may_ask(stack: Stack, tmp_path: Path) -> None:
    with started(tmp_path, supergraph(stack, tmp_path, tells_access=True), free_port()) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "for: SECURITY" in said


@pytest.mark.parametrize("forwarded", ["customer360-purpose", "authorization"])
async def test_a_gateway_that_drops_a_header(stack: Stack, tmp_path: Path, forwarded: str) -> None:
    """Without the token nothing is answered; without the purpose, the only one of the token counts."""
    with answering(stack, tmp_path, "careless", FORWARDED=forwarded):
        found = await stack.ask("careless", PAGE, CARE)
    if forwarded == "authorization":
        assert found["data"] == (await stack.ask("whole", PAGE, CARE))["data"]
        return
    assert not any((found.get("data") or {}).values())
    assert {each["extensions"]["code"] for each in found["errors"]} == {"UNAUTHENTICATED"}
