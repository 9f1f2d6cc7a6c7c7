"""What is asked of the graph, and what it answers: values that HTTP, tests and tools share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from auth.policy.grant import Grant
from auth.policy.rules import Policy
from auth.viewer import Viewer
from resolvers.answering.faults import Error
from resolvers.answering.throttle import Standing, Throttled
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.planning.plans import NOTHING_WITHHELD, Plan, Withholdings
from resolvers.refusal import Refused


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


def refusing(refusal: Refused, standing: Standing | None) -> Answer:
    body = orjson.dumps({"errors": refusal.errors})
    if isinstance(refusal, Throttled):
        return Answer(body, Outcome.REFUSED, refusal.code, standing=refusal.standing, wait=refusal.seconds)
    return Answer(body, Outcome.REFUSED, refusal.code, standing=standing)


def written(
    plan: Plan,
    texts: Mapping[str, bytes],
    errors: list[Error],
    extensions: bytes,
    points: int,
    standing: Standing | None,
) -> Answer:
    pieces = [b'{"errors":', orjson.dumps(errors), b',"data":{'] if errors else [b'{"data":{']
    for key, before in plan.keys:
        pieces += before, texts.get(key, b"null")
    pieces += b'},"extensions":{', extensions, b"}}"
    # Joined once: the texts may be long.
    body = b"".join(pieces)
    if not errors:
        return Answer(body, Outcome.OK, None, plan.withheld, points, standing)
    code = str(errors[0]["extensions"]["code"])
    return Answer(body, Outcome.PARTIAL, code, plan.withheld, points, standing)


def unrecorded() -> Answer:
    error = {
        "message": "The access log cannot be written, so nothing may be shown. Try again.",
        "extensions": {"code": Code.ACCESS_LOG_UNAVAILABLE},
    }
    return Answer(orjson.dumps({"errors": [error]}), Outcome.FAILED, Code.ACCESS_LOG_UNAVAILABLE)
