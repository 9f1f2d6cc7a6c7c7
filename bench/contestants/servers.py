"""The measured servers: ours in its variants, the peers, the limit and the floor."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench.workloads.dataset import DataSet
from bench.workloads.operations import DOCUMENTS, NAMES

HERE = Path(__file__).parent
PEERS = HERE / "peers"
NODE = Path(sys.executable).with_name("node")
OURS = "customer360"
LIMIT = "limit"
FLOOR = "strawberry"
BEST_OF = ("apollo", "mercurius", "postgraphile")
POOL = 8


@dataclass(frozen=True, slots=True)
class Server:
    """One measured server. With `shows_all` it has no permissions, and is compared where ours withholds nothing."""

    name: str
    what: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    documents: Path = DOCUMENTS
    shows_all: bool = False
    workloads: tuple[str, ...] = NAMES

    def command_at(self, port: int) -> list[str]:
        return [part.replace("PORT", str(port)) for part in self.command]


def servers(data: DataSet) -> list[Server]:
    """All servers, in the order of the report."""
    return [*_ours(data), _limit(data), *_node(data), _floor(data)]


def _ours(data: DataSet) -> list[Server]:
    command = (str(Path(sys.executable).with_name("customer360")), "serve", "--port", "PORT")
    home = {
        "CUSTOMER360_DATA_DIR": str(data.folder),
        "CUSTOMER360_LOG_LEVEL": "warning",
        "CUSTOMER360_POOL_SIZE": str(POOL),
    }
    fused = {**home, "CUSTOMER360_DATABASE_URL": data.url}
    allowed = {**fused, "CUSTOMER360_POLICY_FILE": str(HERE / "allow-all.toml")}
    variants = [
        Server(OURS, "Customer360, five departments in one database", command, fused),
        Server(
            f"{OURS}-allow-all",
            "the same under a policy that allows all, without conditions",
            command,
            allowed,
            shows_all=True,
        ),
    ]
    if data.apart:
        urls = {f"CUSTOMER360_{department.upper()}_DATABASE_URL": url for department, url in data.apart.items()}
        variants.insert(
            1, Server(f"{OURS}-apart", "the same, a database for each department", command, {**home, **urls})
        )
    return variants


def _limit(data: DataSet) -> Server:
    return Server(
        LIMIT,
        "SQL, row conditions, mask and access record written by hand: asyncpg and raw ASGI, no GraphQL",
        _uvicorn("bench.contestants.limit.app:app"),
        {"BENCH_URL": data.url, "BENCH_FOLDER": str(data.folder), "BENCH_POOL": str(POOL)},
    )


def _floor(data: DataSet) -> Server:
    return Server(
        FLOOR,
        "Strawberry as first written: SQLAlchemy's ORM and a DataLoader for each list",
        _uvicorn("bench.contestants.floor.app:app"),
        {"BENCH_URL": data.url, "BENCH_POOL": str(POOL)},
        shows_all=True,
    )


def _uvicorn(app: str) -> tuple[str, ...]:
    options = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "--port", "PORT")
    return (sys.executable, "-m", "uvicorn", app, *options)


def _node(data: DataSet) -> list[Server]:
    if not NODE.exists() or not (PEERS / "node_modules").exists():
        return []
    environment = {**data.environment, "NODE_ENV": "production", "BENCH_POOL": str(POOL)}
    what = {
        "apollo": "Apollo Server 5, DataLoader, node-postgres with prepared statements",
        "mercurius": "Fastify and Mercurius with its own loaders, compiled (jit: 1), the same statements",
        "postgraphile": "PostGraphile 5 over views of the same tables",
    }
    own = {"postgraphile": PEERS / "postgraphile"}
    return [
        Server(
            name,
            text,
            (str(NODE), str(PEERS / f"{name}.mjs"), "PORT"),
            environment,
            own.get(name, DOCUMENTS),
            shows_all=True,
        )
        for name, text in what.items()
    ]
