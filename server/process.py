"""The process: binds the port, runs the application under uvicorn, and ends in order."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn

from server.app import Customer360
from server.protocol import bounded
from server.settings import Settings

# How long requests in flight may take to end, once the process is told to.
SECONDS_TO_FINISH = 10
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

Announce = Callable[[str], None]


class ListenError(OSError):
    """The address cannot be listened on. The message says why and which setting changes it."""


class _Server(uvicorn.Server):
    """uvicorn's, which says when it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def run(app: Customer360, settings: Settings, listener: socket.socket, announce: Announce) -> None:
    """Serve until a signal ends it. `announce` is told the address as soon as it answers."""
    _log(settings.log_level)
    signal.signal(signal.SIGTERM, _end)
    server = _Server(_configuration(app, settings), lambda: announce(_url(listener)))
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
    except SystemExit:
        # uvicorn ends so when the application could not start; what kept it from starting says more.
        if app.failure is None:
            raise
        raise app.failure from None
    finally:
        listener.close()


def _configuration(app: Customer360, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=bounded(settings.receive_timeout_ms / 1000, settings.max_connections),
        ws="none",
        lifespan="on",
        # Its lines would hold the query string of every GET, and so values.
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def listen(settings: Settings) -> socket.socket:
    """Take the port first: whoever cannot have it is told before anything is started."""
    address = (settings.host, settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        reason = f"cannot listen on {settings.host} port {settings.port}: {os.strerror(error.errno or 0)}"
        raise ListenError(f"{reason}. Set CUSTOMER360_HOST or CUSTOMER360_PORT") from None


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _log(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format=LOG_FORMAT)
    # Its news are ours to tell, and its tracebacks would hold what exceptions quote.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL if level != "debug" else logging.DEBUG)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """By an exception, so that what was opened is closed: the embedded PostgreSQL among it."""
    raise SystemExit(0)
