"""The command line. Each command is a module in server/commands that is imported when it is called."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

COMMANDS = {
    "demo": "Start a demo: embedded database, sample customers, server.",
    "serve": "Serve the graph.",
    "db": "Create and look at the departments' tables.",
    "seed": "Fill empty databases with sample customers.",
    "import": "Import existing data from a file.",
    "token": "Mint an access token for development.",
    "client": "Register applications and their contracts.",
    "user": "Add people who sign in here.",
    "keys": "Rotate the keys that tokens are signed with.",
    "schema": "Print and check the schema.",
    "activity": "Prove and rebuild what core keeps of the departments' events.",
    "jobs": "List, retry and run the work that is done outside of requests.",
    "documents": "List and check the trusted documents.",
    "policy": "Explain who may see what, and why.",
    "privacy": "Prove that the privacy flags are true to the ledger.",
    "consent": "Record consents, objections and restrictions.",
    "config": "Show the settings that count.",
}
# Not listed in --help, because only the program itself calls it.
HIDDEN = ("worker",)
EPILOG = """Settings are environment variables that start with CUSTOMER360_; docs/settings.md lists them.

Exit codes: 0 done, 1 a check failed or something went wrong, 2 wrong usage or a wrong setting."""


class Commands(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in (*COMMANDS, *HIDDEN):
            return None
        command = import_module(f"server.commands.{cmd_name}_command").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="customer360", message="%(prog)s %(version)s")
def customer360() -> None:
    """Who is this customer? One graph over finance, sales, service and marketing, which tells each asker only
    what they may know.

    New here? Run `customer360 demo`.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    """Run a command and return its exit code. An error is printed in one line, without a traceback."""
    try:
        code = customer360.main(arguments, prog_name="customer360", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped", 1)
    except BrokenPipeError:
        # Because the reader has closed the pipe, Python must not flush the rest at exit.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - it is kept until the process ends
        return 1
    except Exception as error:  # noqa: BLE001 - the last stop before a traceback
        return _explain(error)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> int:
    # Because the program's own --help needs none of it, only a command that fails imports this.
    from server.commands.failures import explain_failure  # noqa: PLC0415 - keeps --help quick

    if os.environ.get("CUSTOMER360_LOG_LEVEL") == "debug":
        raise error
    return _fail(*explain_failure(error))


def _fail(text: str, code: int) -> int:
    click.echo(f"customer360: {text}", err=True)
    return code


if __name__ == "__main__":
    main()
