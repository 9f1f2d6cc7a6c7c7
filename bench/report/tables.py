"""The report's tables: medians of all rounds, ratios within each round, and the machine."""

import platform
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.contestants.servers import BEST_OF, FLOOR, LIMIT, OURS, Server
from bench.load.run import Measured, generator
from bench.report.bars import Speeds

INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit. `bench/README.md` says what is measured and how to read it.

![Requests per second by workload and server]({picture})
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """Parameters of the measurement."""

    customers: int
    rounds: int
    seconds: int
    connections: int
    postgresql: str
    durable: bool


def markdown(setting: Setting, servers: Sequence[Server], measured: Sequence[Measured], picture: str) -> str:
    workloads = list(dict.fromkeys(each.workload for each in measured))
    introduction = INTRODUCTION.format(picture=picture)
    parts = [introduction, _circumstances(setting), _legend(servers, measured), _ratios(workloads, measured)]
    parts += [_table(name, [each for each in measured if each.workload == name]) for name in workloads]
    return "\n".join(parts)


def _circumstances(setting: Setting) -> str:
    now = datetime.now(UTC)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC. {_processor()}, {_memory()} of memory; {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()} ({_python()}), PostgreSQL {setting.postgresql}. "
        f"{setting.customers:,} customers. "
        f"{'' if setting.durable else 'PostgreSQL with fsync off. '}"
        f"{setting.rounds} rounds of {setting.seconds} s each, in turn; {setting.connections} connections, loaded by "
        f"{generator()} on the same machine; one process for each server.\n"
    )


def _python() -> str:
    """Origin and compiler of the interpreter. One built without PGO takes half as much time again."""
    home = {"/usr": "the system's", "/usr/local": "/usr/local"}.get(sys.base_prefix, "built from source")
    return f"{home}, {platform.python_compiler()}"


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"model name\s*: (.+)", text)
    cores = len(re.findall(r"^processor\s*:", text, re.MULTILINE))
    return f"{cores} cores of {found[1].strip() if found else platform.machine()}"


def _memory() -> str:
    found = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    return f"{round(int(found[1]) / 1024 / 1024)} GiB" if found else "unknown"


def _legend(servers: Sequence[Server], measured: Sequence[Measured]) -> str:
    present = {each.server for each in measured}
    return "\n".join(
        [
            "| server | what it is |",
            "|---|---|",
            *(f"| {s.name} | {s.what} |" for s in servers if s.name in present),
            "",
        ]
    )


def _ratios(workloads: Sequence[str], measured: Sequence[Measured]) -> str:
    """Requests per second relative to other servers: median, minimum and maximum of the rounds' ratios."""
    against: dict[str, Callable[[Round], float | None]] = {
        "of the limit": lambda each: each.ratio(OURS, LIMIT),
        "best peer": lambda each: each.ratio_to_best(OURS),
        "apart, best peer": lambda each: each.ratio_to_best(f"{OURS}-apart"),
        "floor": lambda each: each.ratio(OURS, FLOOR),
        "of allow-all": lambda each: each.ratio(OURS, f"{OURS}-allow-all"),
    }
    lines = [f"| workload | {' | '.join(against)} |", f"|---{'|---' * len(against)}|"]
    for name in workloads:
        rounds = _rounds(each for each in measured if each.workload == name)
        cells = (_spread([ratio for each in rounds if (ratio := of(each)) is not None]) for of in against.values())
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(["## Requests a second, as ratios", "", *lines, ""])


def median_speeds(measured: Sequence[Measured]) -> Speeds:
    """Requests per second by workload and server: the median of the rounds."""
    speeds: dict[str, dict[str, float]] = {}
    for each in measured:
        same = [m for m in measured if m.workload == each.workload]
        speeds.setdefault(each.workload, {})[each.server] = _speed(each.server, same)
    return speeds


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one workload: requests per second by server."""

    speeds: dict[str, float]

    def ratio(self, server: str, other: str) -> float | None:
        speed, others = self.speeds.get(server), self.speeds.get(other)
        return speed / others if speed is not None and others else None

    def ratio_to_best(self, server: str) -> float | None:
        peers = [name for name in BEST_OF if name in self.speeds]
        return self.ratio(server, max(peers, key=self.speeds.__getitem__)) if peers else None


def _rounds(measured: Iterable[Measured]) -> list[Round]:
    by_server: dict[str, list[float]] = {}
    for each in measured:
        by_server.setdefault(each.server, []).append(each.per_second)
    turns = min(map(len, by_server.values()))
    return [Round({name: speeds[turn] for name, speeds in by_server.items()}) for turn in range(turns)]


def _spread(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.2f} [{min(ratios):.2f} to {max(ratios):.2f}]" if ratios else "not measured"


def _table(workload: str, measured: Sequence[Measured]) -> str:
    heading = "| server | requests/s, median (from, to) | p50 ms | p99 ms | server CPU ms | database CPU ms | MiB |"
    names = sorted({each.server for each in measured}, key=lambda name: -_speed(name, measured))
    rows = [_row(name, [each for each in measured if each.server == name]) for name in names]
    return "\n".join([f"## {workload}", "", heading, "|---|---|---|---|---|---|---|", *rows, ""])


def _speed(name: str, measured: Sequence[Measured]) -> float:
    return median(each.per_second for each in measured if each.server == name)


def _row(name: str, measured: Sequence[Measured]) -> str:
    speeds = [each.per_second for each in measured]
    failed = sum(each.failed for each in measured)
    columns = (
        name + (f" ({failed} failed)" if failed else ""),
        f"{median(speeds):,.0f} ({min(speeds):,.0f} to {max(speeds):,.0f})",
        f"{median(each.p50_ms for each in measured):.1f}",
        f"{median(each.p99_ms for each in measured):.1f}",
        f"{median(each.server_cpu_ms for each in measured):.3f}",
        f"{median(each.database_cpu_ms for each in measured):.3f}",
        f"{max(each.resident_mib for each in measured):.0f}",
    )
    return f"| {' | '.join(columns)} |"
