"""Reports of finished operations for logs, metrics and traces: outcomes, never content."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from resolvers.planning.plans import Withholdings

log = logging.getLogger("customer360.operations")
# Status for a client that disconnected, as proxies log it.
CLIENT_LEFT = 499


@dataclass(frozen=True, slots=True)
class OperationReport:
    """A finished request. `withheld` and `points`, its estimated cost, are known for answered ones only."""

    request_id: str
    method: str
    status: int
    code: str | None
    seconds: float
    withheld: Withholdings = field(default_factory=dict)
    points: int | None = None


OperationObserver = Callable[[OperationReport], None]


def log_operation(operation: OperationReport) -> None:
    """Log one line of JSON, without document, variables or names."""
    line = {
        "request": operation.request_id,
        "method": operation.method,
        "status": operation.status,
        "code": operation.code,
        "ms": round(operation.seconds * 1000, 1),
        "withheld": sum(operation.withheld.values()),
    }
    log.info("%s", orjson.dumps(line).decode())
