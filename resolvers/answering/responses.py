"""Responses: the JSON of an answer, of a refusal, and of an answer whose access record could not be stored."""

from collections.abc import Mapping

import orjson

from resolvers.answering.faults import Error
from resolvers.answering.requests import Answer, Outcome
from resolvers.answering.throttle import Standing, Throttled
from resolvers.codes import Code
from resolvers.planning.plans import Plan
from resolvers.refusal import OperationRefused


def refusal_answer(refusal: OperationRefused, standing: Standing | None) -> Answer:
    body = orjson.dumps({"errors": refusal.errors})
    if isinstance(refusal, Throttled):
        return Answer(body, Outcome.REFUSED, refusal.code, standing=refusal.standing, wait=refusal.seconds)
    return Answer(body, Outcome.REFUSED, refusal.code, standing=standing)


def serialize_answer(
    plan: Plan,
    texts: Mapping[str, bytes],
    errors: list[Error],
    extensions: bytes,
    points: int,
    standing: Standing | None,
) -> Answer:
    """`texts` are the root fields' JSON by response key; a key without one is null."""
    pieces = [b'{"errors":', orjson.dumps(errors), b',"data":{'] if errors else [b'{"data":{']
    for key, before in plan.keys:
        pieces += before, texts.get(key, b"null")
    pieces += b'},"extensions":{', extensions, b"}}"
    # Joined once, because the texts may be long.
    body = b"".join(pieces)
    if not errors:
        return Answer(body, Outcome.OK, None, plan.withheld, points, standing)
    code = str(errors[0]["extensions"]["code"])
    return Answer(body, Outcome.PARTIAL, code, plan.withheld, points, standing)


def unrecorded_answer() -> Answer:
    error = {
        "message": "The access log cannot be written, so nothing may be shown. Try again.",
        "extensions": {"code": Code.ACCESS_LOG_UNAVAILABLE},
    }
    return Answer(orjson.dumps({"errors": [error]}), Outcome.FAILED, Code.ACCESS_LOG_UNAVAILABLE)
