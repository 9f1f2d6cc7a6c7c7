"""Reads a list of trusted documents: a manifest in JSON, or a folder of .graphql files."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

PREFIX = "sha256:"


class DocumentsError(ValueError):
    """The list is invalid. The message names the entry and the reason."""


def read(path: Path) -> Mapping[str, str]:
    """The documents by their ids. Raises DocumentsError."""
    try:
        return dict(_of_folder(path) if path.is_dir() else _of_manifest(path))
    except (OSError, UnicodeDecodeError):
        raise DocumentsError(f"the trusted documents in {path} cannot be read") from None


def id_of(text: str) -> str:
    return PREFIX + sha256(text.encode()).hexdigest()


def _of_folder(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file is one document. Its id is the hash of the file's bytes."""
    for file in sorted(folder.rglob("*.graphql")):
        text = file.read_bytes().decode()
        yield id_of(text), text


def _of_manifest(file: Path) -> Iterator[tuple[str, str]]:
    """A JSON object of ids and texts, as code generators write it. The prefix of ids is optional."""
    try:
        listed: Any = json.loads(file.read_text())
    except json.JSONDecodeError:
        raise DocumentsError(f"the trusted documents in {file} are not JSON") from None
    if not isinstance(listed, dict):
        raise DocumentsError(f"the trusted documents in {file} are not one object of ids and texts")
    for name, text in listed.items():
        id_ = name if name.startswith(PREFIX) else PREFIX + name
        if not isinstance(text, str) or id_of(text) != id_:
            raise DocumentsError(f"the trusted document {name} does not have the SHA-256 that it is listed under")
        yield id_, text
