"""The built page on disk: its files, and whether they are up to date with the source."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parent
DIST = HOME / "dist"
FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class Bundle:
    """The files of the build, and the names of those that the page refers to."""

    folder: Path
    script: str
    style: str
    signed_in: str
    licenses: str
    files: frozenset[str]

    def path(self, name: str) -> Path | None:
        """The path of a file of the build, or None for any other name."""
        return self.folder / name if name in self.files else None


def read_bundle(folder: Path = DIST) -> Bundle | None:
    """The built page, or nothing if it has not been built."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except FileNotFoundError:
        return None
    files = frozenset(manifest["files"])
    return Bundle(folder, manifest["script"], manifest["style"], manifest["signedIn"], manifest["licenses"], files)


def source_files(home: Path = HOME) -> list[Path]:
    """Everything that the built page is made of."""
    named = ("package.json", "package-lock.json", "build.mjs")
    return [home / name for name in named] + sorted((home / "src").iterdir())


def source_fingerprint(home: Path = HOME) -> str:
    """One hash over the names and contents of the source."""
    digest = hashlib.sha256()
    for path in source_files(home):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.name} {content}\n".encode())
    return digest.hexdigest()


def is_fresh(home: Path = HOME) -> bool:
    """Whether the built page is the present source's."""
    stamp = home / "dist" / FINGERPRINT
    return stamp.is_file() and stamp.read_text() == source_fingerprint(home)
