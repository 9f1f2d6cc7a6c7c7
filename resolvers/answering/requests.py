"""What is asked of the graph, and what it answers: values that HTTP, tests and tools share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from auth.policy.grant import Grant
from auth.policy.rules import Policy
from auth.viewer import Viewer
from resolvers.answering.throttle import Standing
from resolvers.contract import Contract
from resolvers.planning.plans import NOTHING_WITHHELD, Withholdings


class Outcome(StrEnum):
    """How a request ended: with data, with data and errors, refused before it ran, or failed by our fault."""

    OK = "ok"
    PARTIAL = "partial"
    REFUSED = "refused"
    FAILED = "failed"


class Request(NamedTuple):
    """One operation as it was asked. `read_only` refuses mutations: they may not come by GET.

    `dry_run` names the class and purpose that the viewer tries out, as resolvers/answering/dry_run.py reads it.
    """

    document: str
    operation_name: str | None
    variables: Mapping[str, Any] | None
    viewer: Viewer
    read_only: bool
    request_id: str
    dry_run: str | None = None
    tells_cost: bool = False


class Answer(NamedTuple):
    """The whole response as JSON, how it ended, the first error's code, what was withheld, and the points that the
    operation was estimated at, once it was answered.

    `standing` is where the client's bucket stands, if they have one, and `wait` how many seconds they have to, if it
    was too low.
    """

    body: bytes
    outcome: Outcome
    code: str | None = None
    withheld: Withholdings = NOTHING_WITHHELD
    points: int | None = None
    standing: Standing | None = None
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What resolvers outside the plan may know: who asks, and by which rules."""

    viewer: Viewer
    grant: Grant
    policy: Policy
    contract: Contract
