"""Reach: whose data a viewer may see at all, before any field is decided."""

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """Which customers exist for a viewer. Others are absent from every answer, count and cursor."""

    ALL = "all"
    LINKED = "linked"
    SELF = "self"
    TERRITORY = "territory"


@dataclass(frozen=True, slots=True)
class RowScope:
    """A reach and what limits it: the partner's contract, the subject's own customer id, or a territory."""

    reach: Reach = Reach.ALL
    by: str | None = None


EVERYBODY = RowScope()
