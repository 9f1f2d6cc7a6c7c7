"""The checkout: its root, its own files and its locks."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("server", "schema", "resolvers", "datasources", "auth", "migrations")
LOCKS = tuple(sorted((ROOT / "requirements").glob("*.txt")))

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)(?P<rest>[^\\]*)")


@dataclass(frozen=True)
class Pin:
    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def logical_lines(lock: Path) -> Iterator[str]:
    """The lock's requirements, one per line, without comments and continuations."""
    kept = (line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#"))
    joined = "\n".join(kept).replace("\\\n", " ")
    return (line.strip() for line in joined.splitlines() if line.strip())


def pin(line: str) -> Pin:
    requirement, *hashes = line.split("--hash=")
    match = _PIN.match(requirement)
    assert match, f"not pinned to one version: {requirement}"
    marker = match["rest"].strip().removeprefix(";").strip()
    return Pin(canonical(match["name"]), match["version"], marker, tuple(h.strip() for h in hashes))


def pins(lock: str) -> dict[str, Pin]:
    locked = [pin(line) for line in logical_lines(ROOT / "requirements" / f"{lock}.txt")]
    return {each.name: each for each in locked}


@cache
def own_files() -> tuple[Path, ...]:
    """Every file that git tracks or would add."""
    # The checkout may belong to another user, which git refuses by default.
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def text_of(path: Path) -> str:
    """The file's text; empty for a binary file."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")
