"""Arrays as PostgreSQL sends them: they stay bytes on their way from one statement into the next.

Core's answer names a page's customers by ids and flags, which go on to other databases and to the access log, and are
rarely read in between. The driver would make an object of each and take it apart again, and check each against two
abstract classes: up to a fifth of this process's time for a page (docs/adr/0048).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from struct import Struct
from typing import Any, Generic, TypeVar, cast, overload
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto

T = TypeVar("T")

# Dimensions, whether there are NULLs, the elements' type; then the length and the first index of the one dimension.
_HEADER = Struct(">iiI")
_DIMENSION = Struct(">ii")
_NULL = Struct(">i").pack(-1)
_LENGTH = len(_NULL)


@dataclass(frozen=True, slots=True)
class Elements(Generic[T]):
    """A type of element with a fixed width. `form` packs an element after its length; the oids are PostgreSQL's."""

    name: str
    oid: int
    array_oid: int
    form: Struct
    raw: Callable[[T], Any]
    value: Callable[[Any], T]

    def pack(self, values: Iterable[T]) -> Packed[T]:
        return Packed(self, self._body(values))

    def _body(self, values: Iterable[T]) -> bytes:
        length = self.form.size - _LENGTH
        return b"".join([self.form.pack(length, raw) for raw in map(self.raw, values)])

    def encode(self, values: Sequence[T | None]) -> bytes:
        """The array as PostgreSQL reads it."""
        # By its type, because isinstance with an abstract class is slow.
        if type(values) is Packed:
            return self._with_header(len(values), values.body)
        if None not in values:
            return self._with_header(len(values), self._body(cast("Sequence[T]", values)))
        body = b"".join([_NULL if each is None else self._body([each]) for each in values])
        return self._with_header(len(values), body, has_nulls=True)

    def _with_header(self, length: int, body: bytes, *, has_nulls: bool = False) -> bytes:
        if not length:
            return _HEADER.pack(0, 0, self.oid)
        return b"".join((_HEADER.pack(1, has_nulls, self.oid), _DIMENSION.pack(length, 1), body))

    def decode(self, sent: bytes) -> Packed[T]:
        """The array that PostgreSQL sent. Raises ValueError if it has NULLs or more than one dimension."""
        dimensions, has_nulls, _ = _HEADER.unpack_from(sent)
        if dimensions > 1 or has_nulls:
            raise ValueError("an array of one dimension and without NULLs was expected")
        return Packed(self, sent[_HEADER.size + _DIMENSION.size :])


class Packed(Sequence[T]):
    """Elements as bytes, which are unpacked only when one is read."""

    __slots__ = ("body", "elements")

    def __init__(self, elements: Elements[T], body: bytes) -> None:
        self.elements = elements
        self.body = body

    def __len__(self) -> int:
        return len(self.body) // self.elements.form.size

    def __iter__(self) -> Iterator[T]:
        return map(self.elements.value, [raw for _, raw in self.elements.form.iter_unpack(self.body)])

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        return list(self)[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Packed({list(self)!r})"


# The driver's own UUID class is constructed in an eighth of the time, and equals Python's.
UUIDS: Elements[UUID] = Elements("_uuid", 2950, 2951, Struct(">i16s"), attrgetter("bytes"), pgproto.UUID)
INTS: Elements[int] = Elements("_int4", 23, 1007, Struct(">ii"), int, int)


def concatenate(parts: Sequence[Sequence[T]]) -> Sequence[T]:
    """The parts as one sequence; packed if all of them are."""
    packed = [part for part in parts if type(part) is Packed]
    if len(packed) < len(parts) or not packed:
        return [each for part in parts for each in part]
    return Packed(packed[0].elements, b"".join([part.body for part in packed]))


@lru_cache(maxsize=1_000)
def count_up_to(length: int) -> Packed[int]:
    """The numbers from 1 to the length."""
    return INTS.pack(range(1, length + 1))


def keep_packed(connection: asyncpg.Connection[Any]) -> None:
    """Make the connection return uuid[] and integer[] packed; both may be sent packed or as lists.

    The driver's `set_type_codec` refuses arrays, and for all other types calls the function that is called here.
    """
    settings = cast(Any, connection)._protocol.get_settings()
    for each in (UUIDS, INTS):
        codec = (each.encode, each.decode, "binary")
        settings.add_python_codec(each.array_oid, each.name, "pg_catalog", (), "scalar", *codec)
