"""One run: load one server with one workload for some seconds, and measure what it costs."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.load.processes import cpu_seconds, resident_mib
from bench.workloads.operations import Workload

WRK_SCRIPT = Path(__file__).with_name("wrk.lua")
GENERATOR_GRACE_SECONDS = 30


class LoadError(Exception):
    """The load generator failed, so its counts are not usable."""


@dataclass(frozen=True, slots=True)
class Target:
    """A running server: its port, its process, and the headers and documents to send it."""

    name: str
    port: int
    pid: int
    headers: tuple[str, ...]
    documents: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one run. CPU milliseconds are per request, of the server's processes and of PostgreSQL's."""

    server: str
    workload: str
    connections: int
    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    server_cpu_ms: float
    database_cpu_ms: float
    resident_mib: float


def body(document: str, variables: object) -> bytes:
    return orjson.dumps({"query": document, "variables": variables})


def write_bodies(folder: Path, target: Target, workload: Workload) -> Path:
    """Write the file of request bodies, one per line."""
    path = folder / f"bodies-{target.documents.name}-{workload.name}.txt"
    document = workload.document(target.documents)
    path.write_bytes(b"\n".join(body(document, each) for each in workload.variables) + b"\n")
    return path


def load(folder: Path, target: Target, workload: Workload, postmaster: int, connections: int, seconds: int) -> Measured:
    command = _command(target, write_bodies(folder, target, workload), connections, seconds)
    before = cpu_seconds(target.pid), cpu_seconds(postmaster)
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + GENERATOR_GRACE_SECONDS)
    server, database = cpu_seconds(target.pid) - before[0], cpu_seconds(postmaster) - before[1]
    *_, result = (line for line in ran.stdout.splitlines() if line.startswith("RESULT "))
    count, passed, failed, p50, p99 = map(float, result.split()[1:])
    if ran.stderr:
        raise LoadError(f"{target.name} could not be loaded: {ran.stderr[-500:]}")
    requests = max(count, 1)
    return Measured(
        target.name,
        workload.name,
        connections,
        per_second=count / passed * 1e6,
        p50_ms=p50,
        p99_ms=p99,
        failed=int(failed),
        server_cpu_ms=server / requests * 1000,
        database_cpu_ms=database / requests * 1000,
        resident_mib=resident_mib(target.pid),
    )


def generator() -> str:
    return "wrk" if shutil.which("wrk") else "bench/load/client.py"


def _command(target: Target, requests: Path, connections: int, seconds: int) -> list[str]:
    if generator() == "wrk":
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(WRK_SCRIPT)]
        return ["wrk", *options, f"http://127.0.0.1:{target.port}", "--", str(requests), *target.headers]
    arguments = [str(target.port), str(connections), str(seconds), str(requests), *target.headers]
    return [sys.executable, "-m", "bench.load.client", *arguments]
