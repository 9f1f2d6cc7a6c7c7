"""Health checks: /healthz for liveness, /readyz for readiness."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

MAX_CHECK_SECONDS = 3.0
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Check = Callable[[], Awaitable[Mapping[str, bool]]]
log = logging.getLogger("customer360.health")


def routes(check: Check, is_draining: Callable[[], bool] = lambda: False) -> list[BaseRoute]:
    """`/healthz` for restarts, `/readyz` for load balancers. Both need no token and show no data."""

    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=HEADERS)

    async def ready(request: Request) -> Response:
        if is_draining():
            return JSONResponse({"status": "draining"}, 503, HEADERS)
        departments = await _departments(check)
        # Without core no personal data can be answered; another department costs its own fields only.
        is_ready = departments.get("core", False)
        status = "unready" if not is_ready else "ready" if all(departments.values()) else "degraded"
        content = {"status": status, "departments": departments}
        return JSONResponse(content, 200 if is_ready else 503, HEADERS)

    return [Route("/healthz", alive), Route("/readyz", ready)]


async def _departments(check: Check) -> dict[str, bool]:
    try:
        async with asyncio.timeout(MAX_CHECK_SECONDS):
            return dict(await check())
    except Exception as error:  # noqa: BLE001 - any error means not ready
        log.warning("the databases cannot be looked at: %s", type(error).__name__)
        return {}
