"""Arrays as PostgreSQL sends them: they stay bytes on their way from one statement into the next.

Of a page's customers core tells the ids and flags, which go on to other databases and into the access log; hardly
anybody looks at them in between. The driver would make an object of each and take it apart again, and ask two abstract
classes about each: up to a fifth of what a page costs us (docs/adr/0048).
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
    """One type of element, all of the same width, each after its length. PostgreSQL knows the type by an oid, and its
    array by a name and another.
    """

    name: str
    oid: int
    array_oid: int
    form: Struct
    raw: Callable[[T], Any]
    value: Callable[[Any], T]

    def packed(self, values: Iterable[T]) -> Packed[T]:
        return Packed(self, self._joined(values))

    def _joined(self, values: Iterable[T]) -> bytes:
        length = self.form.size - _LENGTH
        return b"".join([self.form.pack(length, raw) for raw in map(self.raw, values)])

    def sent(self, values: Sequence[T | None]) -> bytes:
        """As PostgreSQL reads it."""
        # By its type: an abstract class is asked slowly whether something is one of its instances.
        if type(values) is Packed:
            return self._headed(len(values), values.body)
        if None not in values:
            return self._headed(len(values), self._joined(cast("Sequence[T]", values)))
        body = b"".join([_NULL if each is None else self._joined([each]) for each in values])
        return self._headed(len(values), body, has_nulls=True)

    def _headed(self, length: int, body: bytes, *, has_nulls: bool = False) -> bytes:
        if not length:
            return _HEADER.pack(0, 0, self.oid)
        return b"".join((_HEADER.pack(1, has_nulls, self.oid), _DIMENSION.pack(length, 1), body))

    def read(self, sent: bytes) -> Packed[T]:
        """As PostgreSQL sent it. Raises ValueError for what has NULLs or more than one dimension."""
        dimensions, has_nulls, _ = _HEADER.unpack_from(sent)
        if dimensions > 1 or has_nulls:
            raise ValueError("an array of one dimension and without NULLs was expected")
        return Packed(self, sent[_HEADER.size + _DIMENSION.size :])


class Packed(Sequence[T]):
    """Values that nobody has unpacked yet."""

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


# The driver's own UUID is made in an eighth of the time, and equals the other.
UUIDS: Elements[UUID] = Elements("_uuid", 2950, 2951, Struct(">i16s"), attrgetter("bytes"), pgproto.UUID)
INTS: Elements[int] = Elements("_int4", 23, 1007, Struct(">ii"), int, int)


def joined(parts: Sequence[Sequence[T]]) -> Sequence[T]:
    """All parts as one, one after the other; packed if all of them are."""
    packed = [part for part in parts if type(part) is Packed]
    if len(packed) < len(parts) or not packed:
        return [each for part in parts for each in part]
    return Packed(packed[0].elements, b"".join([part.body for part in packed]))


@lru_cache(maxsize=1_000)
def counted(length: int) -> Packed[int]:
    """The numbers from 1 to the length."""
    return INTS.packed(range(1, length + 1))


def keep_packed(connection: asyncpg.Connection[Any]) -> None:
    """From now on uuid[] and integer[] come packed; both may be sent so, or as lists.

    The driver's `set_type_codec` refuses arrays, and for all other types ends in this.
    """
    settings = cast(Any, connection)._protocol.get_settings()
    for each in (UUIDS, INTS):
        settings.add_python_codec(each.array_oid, each.name, "pg_catalog", (), "scalar", each.sent, each.read, "binary")
