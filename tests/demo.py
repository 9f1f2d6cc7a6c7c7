"""The product as a newcomer starts it: `customer360 demo` as a process of its own, on a data folder of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_COMMAND = [str(Path(sys.executable).with_name("customer360"))]
_ANSWERS = re.compile(r"answers at (http://\S+)/graphql")


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: its address, and what it printed when it was ready."""

    url: str
    welcome: str
    environment: dict[str, str]

    def token(self, role: str, purpose: str) -> str:
        command = [*_COMMAND, "token", "--role", role, "--purpose", purpose]
        made = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return made.stdout.split()[-1]


@contextmanager
def demo(folder: Path, customers: int, **settings: str) -> Iterator[Demo]:
    """Starts a demo on a free port, with these settings, and stops it at the end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMER360_")}
    given = {f"CUSTOMER360_{name}": value for name, value in settings.items()}
    environment = {**clean, **given, "CUSTOMER360_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [*_COMMAND, "demo", "--port", "0", "--customers", str(customers)]
    out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=environment, **out) as process:  # type: ignore[call-overload]
        try:
            welcome = _read_welcome(process)
            found = _ANSWERS.search(welcome)
            assert found is not None, welcome
            yield Demo(found[1], welcome, environment)
        finally:
            process.terminate()


def _read_welcome(process: "subprocess.Popen[str]") -> str:
    """All it prints until it is ready, or until it ends."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Ctrl+C"):
            break
    return "".join(lines)
