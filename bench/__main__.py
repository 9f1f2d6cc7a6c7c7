"""`make bench`: starts every server, checks that they answer alike, loads them in turn and writes the report."""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import asyncpg

from bench import dataset, workloads
from bench.dataset import DataSet
from bench.load import LoadError, Measured, Target
from bench.node import install
from bench.profile import profile
from bench.report import Setting, markdown
from bench.rounds import NotStartedError, measure, started
from bench.servers import OURS, PEERS, Server, servers
from bench.verify import differences
from bench.workloads import Workloads
from server.settings.environment import load as settings

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
ROLE, PURPOSE = "service_agent", "care"


def main() -> None:
    asked = _arguments()
    folder = (settings().data_dir / "bench").resolve()
    if not install():
        print("Without the peers that run on Node: they could not be installed.")
    with dataset.opened(folder, asked.customers, apart=_wants_apart(asked), durable=not asked.forgetful) as data:
        prepare_peers(data)
        try:
            _run(asked, data)
        except (NotStartedError, LoadError) as error:
            sys.exit(str(error))


def _run(asked: argparse.Namespace, data: DataSet) -> None:
    chosen = asyncio.run(workloads.choose(data.url))
    chosen = Workloads(tuple(each for each in chosen.all if each.name in asked.workloads), chosen.limited)
    competing = [each for each in servers(data) if not asked.servers or each.name in asked.servers]
    headers = ("Authorization", f"Bearer {token(data)}", "Customer360-Purpose", PURPOSE)
    with ExitStack() as stack:
        running = [(each, stack.enter_context(started(each, data, headers, chosen.all[0]))) for each in competing]
        _check(running, chosen)
        if asked.profile:
            print(profile(data, running[0][1], chosen.all[0], asked.connections))
        elif not asked.verify:
            _report(asked, data, running, chosen)


def _check(running: Sequence[tuple[Server, Target]], chosen: Workloads) -> None:
    (first, ours), *others = running
    if first.name != OURS:
        sys.exit(f"Answers are compared with those of {OURS}: name it among the servers.")
    found = differences(ours, others, chosen)
    if found:
        sys.exit("\n".join(["Not everybody answers alike, so nothing is timed:", *found]))
    print(f"{', '.join(each.name for each, _ in running)}: all answer alike.")


def _report(
    asked: argparse.Namespace, data: DataSet, running: Sequence[tuple[Server, Target]], chosen: Workloads
) -> None:
    runs = measure(data, running, chosen.all, rounds=asked.rounds, seconds=asked.seconds, connections=asked.connections)
    measured: list[Measured] = []
    for each in runs:
        measured.append(each)
        print(f"{each.workload:9} {each.server:22} {each.per_second:9,.0f}/s  p99 {each.p99_ms:7.1f} ms", flush=True)
    setting = _setting(asked, data)
    text = markdown(setting, [each for each, _ in running], measured)
    print(f"\n{text}")
    asked.report.write_text(text)


def _setting(asked: argparse.Namespace, data: DataSet) -> Setting:
    version = asyncio.run(_version(data))
    return Setting(data.customers, asked.rounds, asked.seconds, asked.connections, version, not asked.forgetful)


def prepare_peers(data: DataSet) -> None:
    """PostGraphile looks at views of its own; the others need nothing."""
    views = (PEERS / "postgraphile.sql").read_text()
    asyncio.run(dataset.execute(data.url, views))


def token(data: DataSet) -> str:
    command = [str(Path(sys.executable).with_name("customer360")), "token", "--role", ROLE, "--purpose", PURPOSE]
    environment = {"CUSTOMER360_DATA_DIR": str(data.folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


async def _version(data: DataSet) -> str:
    connection = await asyncpg.connect(data.url)
    try:
        version: str = await connection.fetchval("SHOW server_version")
        return version
    finally:
        await connection.close()


def _wants_apart(asked: argparse.Namespace) -> bool:
    return not asked.servers or f"{OURS}-apart" in asked.servers


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="how long each run takes")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--servers", type=_names, default=[], help="only these, with commas between")
    parser.add_argument("--workloads", type=_names, default=list(workloads.NAMES), help="only these")
    parser.add_argument("--forgetful", action="store_true", help="PostgreSQL waits for no disk")
    parser.add_argument("--verify", action="store_true", help="only check that all answer alike")
    parser.add_argument("--profile", action="store_true", help="only draw a flame graph of our server (py-spy)")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the report is written")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    main()
