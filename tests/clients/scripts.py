"""Scripts of docs/front-end.md and of the tests, run by Node with the packages of tests/clients/node."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.processes import install, is_installed, node
from tests.demo import Demo
from tests.house.project import ROOT

PACKAGES = Path(__file__).parent / "node"
PAGE = (ROOT / "docs" / "front-end.md").read_text()
# A block of the page begins with a comment that names its file.
BLOCKS = dict(re.findall(r"^```(?:js|ts)\n// (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@dataclass(frozen=True, slots=True)
class Scripts:
    """A folder with the page's files, and the demo that they use as a service agent for care."""

    folder: Path
    demo: Demo
    token: str

    def run(self, source: str) -> Any:
        """Run a module beside the page's files; it prints one line of JSON."""
        (self.folder / "script.mjs").write_text(source)
        return json.loads(self._run([node(), "script.mjs"]))

    def run_package(self, *command: str) -> str:
        """Run a program of one of the packages."""
        return self._run([node(), str(PACKAGES / "node_modules" / command[0]), *command[1:]])

    def _run(self, command: list[str]) -> str:
        environment = {**os.environ, "URL": self.demo.url, "TOKEN": self.token}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def need_packages() -> None:
    """Skip without the packages, which take 170 MB; with CI set, install them."""
    if not is_installed(PACKAGES):
        if not os.environ.get("CI"):
            pytest.skip("fetch the Node packages first: python -m tests.clients.scripts")
        install(PACKAGES)


def write_page(folder: Path, demo: Demo) -> Scripts:
    for name, source in BLOCKS.items():
        (folder / name).write_text(source)
    shutil.copy(ROOT / "schema" / "customer360.graphql", folder)
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    return Scripts(folder, demo, demo.token("service_agent", "care"))


if __name__ == "__main__":
    install(PACKAGES)
