"""Binds the port and runs the application under uvicorn until a signal ends it."""

import gc
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn

from server.app import Customer360
from server.process.draining import RETIRE, DrainingServer
from server.process.logs import log_to_stderr
from server.process.protocol import bounded_protocol
from server.settings.environment import Settings

# How long requests in flight may take once the process stops.
SECONDS_TO_FINISH = 10

Announce = Callable[[str], None]


class ListenError(OSError):
    """The address cannot be bound. The message has the reason and the setting."""


def run_until_signal(
    app: Customer360,
    settings: Settings,
    listener: socket.socket,
    announce: Announce,
    line: socket.socket | None = None,
) -> None:
    """Serve until a signal, or the end of the line to the parent process. `announce` gets the URL at the start."""
    log_to_stderr(settings.log_level)
    signal.signal(signal.SIGTERM, _end)

    def ready() -> None:
        # Because the schema lives as long as the process, the garbage collector need not visit it again.
        gc.freeze()
        announce(url_of(listener))

    server = make_server(app, settings, ready, line)
    signal.signal(RETIRE, server.retire)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
    except SystemExit:
        # uvicorn exits so when the application fails to start; the application has the cause.
        if app.failure is None:
            raise
        raise app.failure from None
    finally:
        listener.close()


def make_server(
    app: Customer360, settings: Settings, announce: Callable[[], None], line: socket.socket | None = None
) -> DrainingServer:
    return DrainingServer(_configuration(app, settings), announce, settings.drain_ms / 1000, app.drain, line)


def _configuration(app: Customer360, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=bounded_protocol(settings.receive_timeout_ms / 1000, settings.max_connections),
        # uvicorn's type is int, but it accepts fractions of a second.
        timeout_keep_alive=settings.keep_alive_ms / 1000,  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        # Because access lines contain query strings, they could contain personal data.
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def listen(settings: Settings) -> socket.socket:
    """Bind the port before anything else starts. Raises ListenError."""
    address = (settings.host, settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        reason = f"cannot listen on {settings.host} port {settings.port}: {os.strerror(error.errno or 0)}"
        raise ListenError(f"{reason}. Set CUSTOMER360_HOST or CUSTOMER360_PORT") from None


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Raise, so that open contexts are closed, such as the embedded PostgreSQL."""
    raise SystemExit(0)
