"""A copy of the code with one more department: runs its commands and asks its graph, in processes of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASK = Path(__file__).with_name("ask.py")


@dataclass(frozen=True)
class Extended:
    folder: Path
    url: str

    def run(self, *arguments: str) -> str:
        """A command of the command line."""
        return self._python("-m", "server.commands.cli", *arguments)

    def ask(self, role: str, purpose: str, document: str, subgraph: str = "", scopes: str = "") -> Any:
        """The answer of the whole graph or of a subgraph."""
        return json.loads(self._python(str(ASK), self.url, role, purpose, document, subgraph, scopes))

    def _python(self, *arguments: str) -> str:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CUSTOMER360_")}
        environment = {**kept, "PYTHONPATH": str(self.folder), "CUSTOMER360_DATABASE_URL": self.url}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
