"""uvicorn's server, which says when it answers, and goes in order: first it is no longer ready, then it stops."""

import asyncio
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType

import uvicorn

from server.process.pulse import beat

# Replaces a worker: others take the new connections from the first moment, so it is always ready, and never alone.
RETIRE = signal.SIGUSR1
# How long a retired worker waits for requests on connections that it has, before it closes them.
SECONDS_TO_RETIRE = 1.0
CLOSE = (b"connection", b"close")


class DrainingServer(uvicorn.Server):
    """On SIGTERM it goes on for `seconds`, unready and asking clients to connect anew; then it stops as uvicorn does.

    `leave` is called when that begins. `line` is a socket to who started it, who hears our pulse on it:
    when that ends, so does this.
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
        self._told: int | None = None
        self._ends_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._line is not None:
            asyncio.get_running_loop().add_reader(self._line, self._hear)
        self._announce()
        if self._line is not None:
            beat(self._line)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM begins the end; a second one, and Ctrl+C, are for at once."""
        if sig == signal.SIGTERM and self._seconds and self._told is None:
            self._captured_signals.append(sig)
            self._told = sig
        else:
            super().handle_exit(sig, frame)

    def retire(self, sig: int, frame: FrameType | None) -> None:
        self._told = self._told or sig

    async def on_tick(self, counter: int) -> bool:
        # A signal may come between any two steps of the program; here is where something is done about it.
        if self._told is not None and self._ends_at is None:
            self._begin(is_retired=self._told == RETIRE)
        if self._ends_at is not None and monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)

    def _begin(self, *, is_retired: bool) -> None:
        # Clients that keep their connections go elsewhere with their next request.
        self.config.encoded_headers.append(CLOSE)
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        if is_retired:
            for server in self.servers:
                server.close()
        else:
            self._leave()
        self._ends_at = monotonic() + (SECONDS_TO_RETIRE if is_retired else self._seconds)

    def _hear(self) -> None:
        """Nothing is ever said to us on the line: that it can be read is its end."""
        assert self._line is not None
        asyncio.get_running_loop().remove_reader(self._line)
        self.should_exit = True
