"""The access log: which viewer saw which customers' data, for which purpose. Stored before the answer is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from auth.policy.rules import is_met


class LogUnavailable(Exception):
    """The record could not be stored. The answer must not be sent."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a plan discloses, and a digest of that list.

    Each entry is a coordinate, its effect, and the words of the policy for the condition on the subject's flags, if it
    has one: `("Customer.displayName", "allow", "unrestricted")`.
    """

    digest: bytes
    coordinates: Sequence[tuple[str, ...]]

    def shown(self, flags: int) -> Iterator[tuple[str, str]]:
        """The coordinates that were shown of a subject with these flags, each with its effect."""
        for coordinate, effect, *words in self.coordinates:
            if all(is_met(word, flags) for word in words):
                yield coordinate, effect


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
