"""Processes under test: start, stop, CPU time and memory (from /proc)."""

import os
import re
import signal
import subprocess
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def process_tree(pid: int) -> list[int]:
    """The process and all its descendants."""
    children = defaultdict(list)
    for stat in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            children[int(_fields(stat)[1])].append(int(stat.parent.name))
    tree, queue = [], [pid]
    while queue:
        tree.append(each := queue.pop())
        queue += children[each]
    return tree


def cpu_seconds(pid: int) -> float:
    """CPU time of a process tree so far, including children that have ended."""
    ticks = 0
    for each in process_tree(pid):
        with suppress(OSError):
            ticks += sum(map(int, _fields(_PROC / str(each) / "stat")[11:15]))
    return ticks / _TICKS


def resident_mib(pid: int) -> float:
    """Resident memory of a process tree."""
    kib = 0
    for each in process_tree(pid):
        with suppress(OSError):
            found = re.search(r"VmRSS:\s+(\d+)", (_PROC / str(each) / "status").read_text())
            kib += int(found[1]) if found else 0
    return kib / 1024


def private_mib(pid: int) -> float:
    """Private memory of one process, without the memory that PostgreSQL's processes share."""
    kib = map(int, re.findall(r"Private_\w+:\s+(\d+)", (_PROC / str(pid) / "smaps_rollup").read_text()))
    return sum(kib) / 1024


def _fields(stat: Path) -> list[str]:
    """Fields after the command's name, which may contain spaces: state, parent and so on (proc_pid_stat(5))."""
    return stat.read_text().rpartition(")")[2].split()


class Process:
    """A server process and the file with its output."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def output_end(self) -> str:
        return self.log.read_text()[-2000:]

    def stop(self, seconds: float = 5) -> None:
        """Stop the process and its children, because Node's command starts a second program."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
