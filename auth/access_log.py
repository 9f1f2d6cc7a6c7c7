"""The access log: who saw whose data, for what, stored before the answer leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID


class LogUnavailable(Exception):
    """The record could not be stored. Nothing may leave."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a plan shows of each subject: coordinates with their effects, and the digest that names the list."""

    digest: bytes
    coordinates: Sequence[tuple[str, str]]


class AccessRecord(NamedTuple):
    """One answer's disclosure. It holds no values, only whose fields were shown to whom."""

    request_id: str
    viewer: str
    viewer_class: str
    client: str | None
    purpose: str
    policy_version: str
    dry_run_by: str | None
    subjects: Sequence[UUID]
    # The privacy flags of each subject when the answer was read, in the order of subjects. With the disclosure they
    # decide which fields were shown of which subject.
    flags: Sequence[int]
    disclosure: Disclosure


class AccessLog(Protocol):
    """Where records are kept."""

    async def store(self, record: AccessRecord, deadline: float) -> None:
        """Returns when the record is durable. Raises LogUnavailable when it is not by `deadline`, a time of the loop.

        A record may be kept although nobody waits for it any longer: it then tells of an answer that never left.
        """
