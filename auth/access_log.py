"""The access log: which viewer saw which customers' data, for which purpose. Stored before the answer is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID


class LogUnavailable(Exception):
    """The record could not be stored. The answer must not be sent."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a plan discloses of each subject: coordinates with their effects, and a digest of that list."""

    digest: bytes
    coordinates: Sequence[tuple[str, str]]


class AccessRecord(NamedTuple):
    """One answer's disclosure: the viewer, the subjects and the fields. It holds no values."""

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
    """Stores access records."""

    async def store(self, record: AccessRecord, deadline: float) -> None:
        """Return when the record is durable. Raises LogUnavailable at `deadline`, a time of the event loop.

        A record may be stored after the deadline, and then describes an answer that was not sent.
        """
