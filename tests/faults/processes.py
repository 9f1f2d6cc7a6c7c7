"""`customer360 serve` as it is run: a process of its own, over databases of the test."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "server.commands.cli")
_ANSWERS = re.compile(r"answers at http://127.0.0.1:(\d+)/graphql")


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that answers: where, and what it has said since."""

    process: "subprocess.Popen[str]"
    port: int
    said: Path
    environment: Mapping[str, str]

    def token(self, role: str = "service_agent", purpose: str = "care") -> str:
        command = [*COMMAND, "token", "--role", role, "--purpose", purpose]
        made = subprocess.run(command, env=dict(self.environment), check=True, capture_output=True, text=True)
        return made.stdout.split()[-1]


@contextmanager
def serving(addresses: Mapping[str, str], folder: Path, name: str, *options: str, **settings: str) -> Iterator[Serving]:
    """Starts it on a free port, and ends it at the end if it still runs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMER360_")}
    urls = {f"CUSTOMER360_{department.upper()}_DATABASE_URL": url for department, url in addresses.items()}
    given = {f"CUSTOMER360_{key.upper()}": value for key, value in settings.items()}
    # Tests of workers look at the children of the server: only those of jobs have one more.
    clean["CUSTOMER360_JOBS"] = "off"
    environment = {**clean, **urls, **given, "CUSTOMER360_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command, said = [*COMMAND, "serve", "--port", "0", *options], folder / f"{name}.log"
    with (
        said.open("w") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=out, text=True) as process,
    ):
        try:
            yield Serving(process, _port(process, said), said, environment)
        finally:
            process.terminate()


def _port(process: "subprocess.Popen[str]", said: Path) -> int:
    while process.poll() is None:
        if found := _ANSWERS.search(said.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(f"it ended before it answered: {said.read_text()}")
