"""uvicorn's server with an announced start and a drained end: first it is not ready, then it stops."""

import asyncio
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType

import uvicorn

from server.process.pulse import beat

# Ends a worker that is replaced. It stays ready, because the other workers accept new connections at once.
RETIRE = signal.SIGUSR1
# How long a retired worker keeps its open connections.
SECONDS_TO_RETIRE = 1.0
CLOSE = (b"connection", b"close")


class DrainingServer(uvicorn.Server):
    """On SIGTERM, serves on for `seconds` with `connection: close` and not ready, then stops as uvicorn does.

    `leave` is called when draining begins. `line` is a socket to the parent process, which gets a heartbeat on it;
    when the parent closes it, this server stops.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], None],
        seconds: float = 0.0,
        leave: Callable[[], None] = lambda: None,
        line: socket.socket | None = None,
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._seconds = seconds
        self._leave = leave
        self._line = line
        self._signal: int | None = None
        self._ends_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._line is not None:
            asyncio.get_running_loop().add_reader(self._line, self._stop)
        self._announce()
        if self._line is not None:
            beat(self._line)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM starts draining; a second one, and Ctrl+C, stop at once."""
        if sig == signal.SIGTERM and self._seconds and self._signal is None:
            self._captured_signals.append(sig)
            self._signal = sig
        else:
            super().handle_exit(sig, frame)

    def retire(self, sig: int, frame: FrameType | None) -> None:
        self._signal = self._signal or sig

    async def on_tick(self, counter: int) -> bool:
        # Because a signal handler may run anywhere, it only records the signal, and draining starts here.
        if self._signal is not None and self._ends_at is None:
            self._begin(is_retired=self._signal == RETIRE)
        if self._ends_at is not None and monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)

    def _begin(self, *, is_retired: bool) -> None:
        # Because of this header, clients open a new connection for their next request.
        self.config.encoded_headers.append(CLOSE)
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        if is_retired:
            for server in self.servers:
                server.close()
        else:
            self._leave()
        self._ends_at = monotonic() + (SECONDS_TO_RETIRE if is_retired else self._seconds)

    def _stop(self) -> None:
        """The parent never writes; the line becomes readable when the parent closes it."""
        assert self._line is not None
        asyncio.get_running_loop().remove_reader(self._line)
        self.should_exit = True
