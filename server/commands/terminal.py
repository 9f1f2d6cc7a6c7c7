"""Terminal output: results on standard output, everything else on standard error."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import Any, TypeVar

import click
import orjson

Value = TypeVar("Value")

as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for programs.")


class CommandError(click.ClickException):
    """A check or a command failed: one line on standard error, exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"customer360: {self.format_message()}", err=True)


def run(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(work)


def program() -> str:
    """How this program is called from the user's shell: by name if the shell finds it, else by its full path."""
    script = Path(sys.executable).with_name("customer360")
    found = which("customer360")
    return "customer360" if found and Path(found).resolve() == script.resolve() else str(script)


def say(text: str) -> None:
    """Print a message on standard error."""
    click.echo(text, err=True)


def show_json(value: Any) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    click.echo(orjson.dumps(value, default=str, option=options), nl=False)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text, in columns as wide as their widest word."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def fields(values: Mapping[str, Any]) -> str:
    return table([(f"{name}:", str(value)) for name, value in values.items()])


def check_known(word: str, words: Iterable[str], option: str) -> None:
    """Refuse an option's word that is not one of `words`, naming the nearest that is."""
    listed = sorted(words)
    if word in listed:
        return
    near = get_close_matches(word, listed, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(listed)}."
    raise click.BadParameter(f"{word!r} is not known. {hint}", param_hint=option)


class Progress:
    """A progress line that overwrites itself. Shown on a terminal only."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Callable[[int, int], None]:
        return self._show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            click.echo("", err=True)

    def _show(self, done: int, total: int) -> None:
        if self._is_shown:
            percent = 100 * done // total if total else 100
            click.echo(f"\r{self._what}: {done:,} of {total:,} ({percent} %)", err=True, nl=False)
