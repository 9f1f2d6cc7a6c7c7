"""JSON text composed in Python: pieces that are known when a plan is made, and functions that write the others."""

from collections.abc import Iterable, Sequence

from auth.policy.effects import Condition
from datasources.sources.shapes import Piece, PlainRow, PlainSubject, Write

NULL = "null"


def join_pieces(pieces: Iterable[Piece]) -> Piece:
    """The pieces as one. Text between two functions is joined here, not for each row."""
    pairs: list[tuple[str, Write]] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        else:
            pairs.append((text, piece))
            text = ""
    return _writing(pairs, text) if pairs else text


def _writing(pairs: Sequence[tuple[str, Write]], end: str) -> Write:
    def write(row: PlainRow, subject: PlainSubject) -> str:
        return "".join([before + each(row, subject) for before, each in pairs]) + end

    return write


def members(pairs: Iterable[tuple[str, Piece]]) -> Piece:
    """An object from keys and the pieces of their values. Keys are GraphQL names and need no escaping."""
    pieces: list[Piece] = []
    for key, value in pairs:
        pieces += [("," if pieces else "{") + f'"{key}":', value]
    return join_pieces([*pieces, "}"]) if pieces else "{}"


def when(condition: Condition, known: Condition, piece: Piece) -> Piece:
    """The piece for customers who meet the condition, else null. A condition that is `known` is not tested."""
    if known.implies(condition):
        return piece
    write, bits, want = as_write(piece), condition.bits, condition.want
    return lambda row, subject: write(row, subject) if subject.flags & bits == want else NULL


def as_write(piece: Piece) -> Write:
    return piece if not isinstance(piece, str) else lambda row, subject: piece
