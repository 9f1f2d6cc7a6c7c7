"""Reach: whose data a viewer may see at all, before any field is decided."""

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """Which customers exist for a viewer. Whoever is out of reach is absent from every answer, count and cursor."""

    ALL = "all"
    LINKED = "linked"
    SELF = "self"
    TERRITORY = "territory"


@dataclass(frozen=True, slots=True)
class Scope:
    """A reach, and what it is measured by: the partner's contract, the subject's own customer id, or a territory."""

    reach: Reach = Reach.ALL
    by: str | None = None


EVERYBODY = Scope()
