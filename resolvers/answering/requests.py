"""Requests and answers of the graph."""

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
    """How a request ended: data, data with errors, refused before it ran, or failed by a fault of the server."""

    OK = "ok"
    PARTIAL = "partial"
    REFUSED = "refused"
    FAILED = "failed"


class Request(NamedTuple):
    """One operation to run. `read_only` refuses mutations, which may not come by GET.

    `dry_run` is the value of the header: the class and purpose to try out (resolvers/answering/dry_run.py).
    `tells_cost` adds `extensions.cost`.
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
    """The response as JSON, its outcome, the first error's code, the number of withheld fields, and the estimated
    points of an operation that was run.

    `standing` is the level of the client's bucket, if they have one; `wait` the seconds until it holds enough, if it
    did not.
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
    """The context of fields that graphql-core executes: viewer, grant, policy and schema."""

    viewer: Viewer
    grant: Grant
    policy: Policy
    contract: Contract
