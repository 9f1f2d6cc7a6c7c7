"""What may be told of an operation to those who operate the server: how it went, never what it was about."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from resolvers.planning.plans import Withholdings

log = logging.getLogger("customer360.operations")
# A client that left was sent no status; proxies write this one.
CLIENT_LEFT = 499


@dataclass(frozen=True, slots=True)
class OperationReport:
    """One request that ended. Of one that was answered, what was withheld and the points that it was estimated at."""

    request_id: str
    method: str
    status: int
    code: str | None
    seconds: float
    withheld: Withholdings = field(default_factory=dict)
    points: int | None = None


OperationObserver = Callable[[OperationReport], None]


def log_operation(operation: OperationReport) -> None:
    """One line of JSON for one operation. There is no document in it, no variable, and nobody's name."""
    told = {
        "request": operation.request_id,
        "method": operation.method,
        "status": operation.status,
        "code": operation.code,
        "ms": round(operation.seconds * 1000, 1),
        "withheld": sum(operation.withheld.values()),
    }
    log.info("%s", orjson.dumps(told).decode())
