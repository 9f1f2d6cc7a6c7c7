"""Reads a list of trusted documents: a manifest in JSON, or a folder of .graphql files."""

import json
from collections.abc import Iterator, Mapping
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any

PREFIX = "sha256:"
APOLLO_FORMAT = "apollo-persisted-query-manifest"
# By their number of hexadecimal digits. Relay's default is MD5, and GraphQL Code Generator's SHA-1.
HASHES = {32: md5, 40: sha1, 64: sha256}
SHA256_DIGITS = 64


class DocumentsError(ValueError):
    """The list is invalid. The message names the entry and the reason."""


def read(path: Path) -> Mapping[str, str]:
    """The documents by their ids. Raises DocumentsError."""
    try:
        return dict(_of_folder(path) if path.is_dir() else _of_manifest(path))
    except (OSError, UnicodeDecodeError):
        raise DocumentsError(f"the trusted documents in {path} cannot be read") from None


def id_of(text: str) -> str:
    return PREFIX + sha256_of(text)


def sha256_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _of_folder(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file is one document. Its id is the hash of the file's bytes."""
    for file in sorted(folder.rglob("*.graphql")):
        text = file.read_bytes().decode()
        yield id_of(text), text


def _of_manifest(file: Path) -> Iterator[tuple[str, str]]:
    """Each entry of a JSON manifest, under the id that it is listed with."""
    try:
        manifest: Any = json.loads(file.read_text())
    except json.JSONDecodeError:
        raise DocumentsError(f"the trusted documents in {file} are not JSON") from None
    for name, text in _entries(manifest, file):
        if not isinstance(text, str) or not _is_hash_of(name.removeprefix(PREFIX), text):
            raise DocumentsError(
                f"the trusted document {name} does not have the hash that it is listed under: SHA-256, SHA-1 or MD5"
            )
        yield id_of(text) if len(name) == SHA256_DIGITS else name, text


def _entries(manifest: Any, file: Path) -> Iterator[tuple[str, Any]]:
    """Ids and texts: of Apollo's format, or of one object, as Relay and GraphQL Code Generator write it."""
    if not isinstance(manifest, dict):
        raise DocumentsError(f"the trusted documents in {file} are not one object of ids and texts")
    if manifest.get("format") != APOLLO_FORMAT:
        yield from manifest.items()
        return
    operations = manifest.get("operations")
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise DocumentsError(f"the manifest {file} has no list of operations")
    for operation in operations:
        yield str(operation.get("id")), operation.get("body")


def _is_hash_of(digest: str, text: str) -> bool:
    """Whether it is a hash of the text by the algorithm of its length. The list itself is the operator's."""
    algorithm = HASHES.get(len(digest))
    return algorithm is not None and algorithm(text.encode(), usedforsecurity=False).hexdigest() == digest
