"""The compose file and the images, as far as they can be held to what they run: no engine is needed for it."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auth.departments import DEPARTMENTS
from deploy.processes import GATEWAY, HERE, ROOT, compose, customer360, node, print_subgraphs
from server.commands.cli import customer360 as command_line
from server.settings.environment import KEYS
from server.telemetry import health
from tests.federation.composers import need_node

READ = """
const { parse } = require('yaml')
process.stdout.write(JSON.stringify(parse(require('fs').readFileSync(0, 'utf8'), { merge: true, strict: true })))
"""
IMAGE = (HERE / "Containerfile").read_text()
SERVICES = ("postgres", "databases", "tables", "jobs", "token", "logins", *DEPARTMENTS, "gateway")


@cache
def document() -> dict[str, Any]:
    need_node()
    text = (HERE / "compose.yaml").read_text()
    done = subprocess.run([node(), "-e", READ], cwd=GATEWAY, input=text, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["services"][name]
    return found


def test_it_is_one_document_with_every_service() -> None:
    assert set(document()["services"]) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_and_mounts_is_there(name: str) -> None:
    waited = service(name).get("depends_on", [])
    assert set(waited) <= set(SERVICES)
    for mounted in service(name).get("volumes", ()):
        source = mounted.split(":")[0]
        assert source == "." or source in document()["volumes"]


@pytest.mark.parametrize(
    "name", [each for each in SERVICES if each not in ("postgres", "databases", "logins", "gateway")]
)
def test_each_command_is_one_of_the_command_line(name: str) -> None:
    command = service(name)["command"]
    assert CliRunner().invoke(command_line, [*command, "--help"]).exit_code == 0
    assert name not in DEPARTMENTS or command == ["serve", "--subgraph", name]
    assert set(service(name).get("environment", {})) <= set(KEYS)


def test_scripts_are_where_they_are_called() -> None:
    for name in ("databases", "logins"):
        script, *_ = service(name)["command"]
        path = HERE / script.removeprefix("/deploy/")
        assert path.stat().st_mode & 0o111
        assert service(name)["volumes"] == [".:/deploy:ro"]


def test_health_is_asked_where_it_is_told() -> None:
    asked = service("finance")["healthcheck"]["test"][-1]
    port = re.search(r"CUSTOMER360_PORT=(\d+)", IMAGE)
    assert port is not None
    assert f":{port[1]}/readyz'" in asked
    assert "/readyz" in {route.path for route in health.routes(_nobody) if hasattr(route, "path")}


async def _nobody() -> dict[str, bool]:
    return {}


def test_images_are_built_of_what_is_there() -> None:
    for name in ("tables", "gateway"):
        build = service(name)["build"]
        context, file = (build, "Containerfile") if isinstance(build, str) else (build["context"], build["dockerfile"])
        folder = (HERE / context).resolve()
        text = (folder / file).read_text()
        for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
            for source in line.split():
                assert (folder / source).exists() or source == "supergraph.graphql", source


def test_the_image_starts_the_command_line_as_the_processes_do() -> None:
    entry = re.search(r"^ENTRYPOINT (.+)$", IMAGE, re.MULTILINE)
    assert entry is not None
    assert json.loads(entry[1])[1:] == customer360()[1:]
    kept = (HERE / "Containerfile.dockerignore").read_text()
    assert all(
        f"!{package}\n" in kept for package in ("auth", "datasources", "migrations", "resolvers", "schema", "server")
    )
    assert (ROOT / "requirements" / "run.txt").exists()


def test_the_gateways_image_has_every_module_that_its_configuration_imports() -> None:
    image = (GATEWAY / "Containerfile").read_text()
    modules = ["gateway.config.mjs"]
    for name in modules:
        modules += re.findall(r"from '\./([^']+)'", (GATEWAY / name).read_text())
    assert modules == ["gateway.config.mjs", "nodes.mjs", "privacy.mjs"]
    assert all(f" {name} " in image for name in modules)


def test_the_supergraph_finds_each_subgraph_by_its_services_name(tmp_path: Path) -> None:
    need_node()
    print_subgraphs(tmp_path)
    assert compose(tmp_path, {}, tmp_path / "supergraph") == []
    urls = set(re.findall(r'url: "(http://[^"]+)"', (tmp_path / "supergraph").read_text()))
    assert urls == {f"http://{name}:8360/graphql" for name in DEPARTMENTS}
