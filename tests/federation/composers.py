"""The two composers: Apollo's, and the MIT one that the deployment uses."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.processes import GATEWAY, compose, install, is_installed, node

APOLLO = Path(__file__).parent / "node"
CONTRACT = "fetch the Node packages first: python -m tests.federation.composers"


@dataclass(frozen=True)
class Composed:
    """The result of a composition: the supergraph and the API schema, or errors."""

    errors: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    supergraph: str = ""
    api: str = ""


def need_node() -> None:
    """Skip without the packages, which take half a gigabyte; with CI set, install them."""
    for folder in (GATEWAY, APOLLO):
        if not is_installed(folder):
            if not os.environ.get("CI"):
                pytest.skip(CONTRACT)
            install(folder)


def by_apollo(sdl: Mapping[str, str], folder: Path, urls: Mapping[str, str] | None = None) -> Composed:
    """`urls` are the subgraphs' addresses, for a supergraph that is used."""
    _write(sdl, folder)
    command = [node(), "compose.mjs", str(folder)]
    environment = {**os.environ, "SUBGRAPH_URLS": json.dumps(dict(urls or {}))}
    done = subprocess.run(command, cwd=APOLLO, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return Composed(
        tuple(found.get("errors", ())), tuple(found.get("hints", ())), found.get("supergraph", ""), found.get("api", "")
    )


def by_guild(sdl: Mapping[str, str], folder: Path) -> Composed:
    _write(sdl, folder)
    supergraph, api = folder / "supergraph", folder / "api"
    errors = compose(folder, {}, supergraph, api)
    if errors:
        return Composed(errors=tuple(errors))
    return Composed(supergraph=supergraph.read_text(), api=api.read_text())


def _write(sdl: Mapping[str, str], folder: Path) -> None:
    for name, text in sdl.items():
        (folder / f"{name}.graphql").write_text(text)


if __name__ == "__main__":
    install(GATEWAY)
    install(APOLLO)
