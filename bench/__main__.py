"""`make bench`: start the servers, compare their answers, load them in turn, write the report."""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import asyncpg

from bench.answers.verify import differences
from bench.contestants.node import install
from bench.contestants.servers import OURS, PEERS, Server, servers
from bench.load.profile import profile
from bench.load.rounds import NotStartedError, measure, start_server
from bench.load.run import LoadError, Measured, Target
from bench.report.bars import draw_bars
from bench.report.tables import Setting, markdown, median_speeds
from bench.workloads import dataset, operations
from bench.workloads.dataset import DataSet
from bench.workloads.operations import Workloads
from server.settings.environment import load as settings

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
ROLE, PURPOSE = "service_agent", "care"


def main() -> None:
    options = _arguments()
    folder = (settings().data_dir / "bench").resolve()
    if not install():
        print("The peers that run on Node could not be installed; they are left out.")
    with dataset.open_dataset(
        folder, options.customers, apart=_wants_apart(options), durable=not options.forgetful
    ) as data:
        prepare_peers(data)
        try:
            _run(options, data)
        except (NotStartedError, LoadError) as error:
            sys.exit(str(error))


def _run(options: argparse.Namespace, data: DataSet) -> None:
    chosen = asyncio.run(operations.choose(data.url))
    chosen = Workloads(tuple(each for each in chosen.all if each.name in options.workloads), chosen.limited)
    competing = [each for each in servers(data) if not options.servers or each.name in options.servers]
    headers = ("Authorization", f"Bearer {token(data)}", "Customer360-Purpose", PURPOSE)
    with ExitStack() as stack:
        running = [(each, stack.enter_context(start_server(each, data, headers, chosen.all[0]))) for each in competing]
        _check(running, chosen)
        if options.profile:
            print(profile(data, running[0][1], chosen.all[0], options.connections))
        elif not options.verify:
            _report(options, data, running, chosen)


def _check(running: Sequence[tuple[Server, Target]], chosen: Workloads) -> None:
    (first, ours), *others = running
    if first.name != OURS:
        sys.exit(f"Answers are compared with those of {OURS}: add it to --servers.")
    different = differences(ours, others, chosen)
    if different:
        sys.exit("\n".join(["The servers' answers differ, so nothing is timed:", *different]))
    print(f"{', '.join(each.name for each, _ in running)}: equal answers.")


def _report(
    options: argparse.Namespace, data: DataSet, running: Sequence[tuple[Server, Target]], chosen: Workloads
) -> None:
    runs = measure(
        data, running, chosen.all, rounds=options.rounds, seconds=options.seconds, connections=options.connections
    )
    measured: list[Measured] = []
    for each in runs:
        measured.append(each)
        print(f"{each.workload:9} {each.server:22} {each.per_second:9,.0f}/s  p99 {each.p99_ms:7.1f} ms", flush=True)
    setting = _setting(options, data)
    picture = options.report.with_suffix(".svg")
    text = markdown(setting, [each for each, _ in running], measured, picture.name)
    print(f"\n{text}")
    options.report.write_text(text)
    picture.write_text(draw_bars(median_speeds(measured)))


def _setting(options: argparse.Namespace, data: DataSet) -> Setting:
    version = asyncio.run(_version(data))
    return Setting(data.customers, options.rounds, options.seconds, options.connections, version, not options.forgetful)


def prepare_peers(data: DataSet) -> None:
    """Create the views that PostGraphile reads. The other peers read the tables."""
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


def _wants_apart(options: argparse.Namespace) -> bool:
    return not options.servers or f"{OURS}-apart" in options.servers


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of each run")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--servers", type=_names, default=[], help="only these servers, separated by commas")
    parser.add_argument("--workloads", type=_names, default=list(operations.NAMES), help="only these workloads")
    parser.add_argument("--forgetful", action="store_true", help="run PostgreSQL with fsync off")
    parser.add_argument("--verify", action="store_true", help="only compare the answers")
    parser.add_argument("--profile", action="store_true", help="only draw a flame graph of our server (py-spy)")
    parser.add_argument("--report", type=Path, default=REPORT, help="file of the report")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    main()
