"""Apollo's subgraph compatibility tests, without rover: their subgraphs, their jest, Apollo's composer and gateway."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection

import orjson
import pytest

from deploy.processes import ROOT, node
from tests.federation.composers import APOLLO, by_apollo, need_node
from tests.federation.composition.products.sdl import products

KIT = APOLLO / "node_modules" / "@apollo" / "federation-subgraph-compatibility-tests"
# The kit looks for them there.
PORTS = {"products": 4001, "users": 4002, "inventory": 4003}
GATEWAY = 4000
SECONDS_TO_START = 30
LOOPBACK = [node(), "--import", str(APOLLO / "loopback.mjs")]

PASSED = {
    "introspection",
    "@link",
    "@shareable",
    "@tag",
    "@override",
    "@inaccessible",
    "@composeDirective",
    "@interfaceObject",
    "@provides",
}
# An entity of ours is known by its id and nothing else (docs/adr/0020), and nothing is traced for Apollo.
OTHER_KEYS = {"@key single", "@key multiple", "@key composite", "repeatable @key", "@requires"}
FAILED = {*OTHER_KEYS, "ftv1"}


@contextmanager
def serving(port: int, command: list[str], **environment: str) -> Iterator[None]:
    """The process, until it is no longer needed; it answers when this returns."""
    assert not _answers(port), f"the kit needs port {port}, and it is taken"
    settings = {**os.environ, "PORT": str(port), **environment}
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, port)
            yield
        finally:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not _answers(port):
        assert process.poll() is None, f"the process for port {port} ended"
        assert time.monotonic() < deadline, f"nothing answers at port {port}"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """How each of the kit's tests ended, by the feature that it is about."""
    need_node()
    folder = tmp_path_factory.mktemp("products")
    reference = KIT / "products.graphql"
    sdl = {"products": products(reference).sdl}
    theirs = {name: KIT / "dist" / "subgraphs" / name for name in ("users", "inventory")}
    sdl |= {name: (at / f"{name}.graphql").read_text() for name, at in theirs.items()}
    composed = by_apollo(sdl, folder, {name: f"http://127.0.0.1:{port}/" for name, port in PORTS.items()})
    assert composed.errors == ()
    supergraph = folder / "supergraph"
    supergraph.write_text(composed.supergraph)
    ours = [sys.executable, "-m", "tests.federation.composition.products", str(reference), str(PORTS["products"])]
    with ExitStack() as running:
        running.enter_context(serving(PORTS["products"], ours))
        for name, place in theirs.items():
            running.enter_context(serving(PORTS[name], [*LOOPBACK, str(place / "index.js")]))
        gateway = [node(), str(APOLLO / "gateway.mjs")]
        running.enter_context(serving(GATEWAY, gateway, SUPERGRAPH=str(supergraph)))
        return _outcomes(folder / "results.json")


def _outcomes(results: Path) -> dict[str, list[str]]:
    jest = [node(), str(APOLLO / "node_modules" / "jest" / "bin" / "jest.js"), str(KIT / "dist" / "tests"), "--ci"]
    jest += ["--json", "--outputFile", str(results), "--config", str(KIT / "federation-jest.config.js")]
    environment = {**os.environ, "PRODUCTS_URL": f"http://127.0.0.1:{PORTS['products']}/"}
    subprocess.run(jest, cwd=KIT, env=environment, capture_output=True, check=False)
    found: dict[str, list[str]] = {}
    for suite in orjson.loads(results.read_bytes())["testResults"]:
        for each in suite["assertionResults"]:
            feature = each["ancestorTitles"][0] if each["ancestorTitles"] else each["fullName"]
            found.setdefault(feature, []).append(each["status"])
    return found


@pytest.mark.slow
def test_the_score_is_what_we_say(outcomes: dict[str, list[str]]) -> None:
    tests = [each for statuses in outcomes.values() for each in statuses]
    passed = {feature for feature, statuses in outcomes.items() if set(statuses) == {"passed"}}
    print(f"\n{len(passed)} of {len(outcomes)} features, {tests.count('passed')} of {len(tests)} tests")  # noqa: T201
    assert passed == PASSED
    assert outcomes.keys() - passed == FAILED


@pytest.mark.slow
def test_other_keys_are_printed_and_not_answered(outcomes: dict[str, list[str]]) -> None:
    for feature in OTHER_KEYS - {"@requires"}:
        assert outcomes[feature] == ["passed", "failed"]
