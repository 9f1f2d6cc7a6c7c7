"""A worker's pulse: its event loop sends a byte per second to the parent process."""

import asyncio
import socket
from contextlib import suppress

SECONDS_BETWEEN_BEATS = 1.0
# A busy loop beats far sooner; a worker that misses so many is replaced.
MAX_MISSED_BEATS = 10
BEAT = b"."


def beat(line: socket.socket) -> None:
    """Beat each second as long as the running loop turns. The first beat says that the worker answers."""
    # An error is ignored, because the reader of the line detects its end.
    with suppress(OSError):
        line.send(BEAT, socket.MSG_DONTWAIT)
    asyncio.get_running_loop().call_later(SECONDS_BETWEEN_BEATS, beat, line)


class Pulse:
    """Receives the beats of one worker until `stop`."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._missed = 0
        self._loop = asyncio.get_running_loop()
        self._first: asyncio.Future[bool] = self._loop.create_future()
        self._loop.add_reader(line, self._receive)

    async def began(self) -> bool:
        """Wait for the first beat: True. If the line ends before it: False."""
        return await self._first

    def has_ceased(self) -> bool:
        """Called each second. It counts calls, not time, so that a machine that was suspended misses none."""
        self._missed += 1
        return self._missed > MAX_MISSED_BEATS

    def stop(self) -> None:
        self._loop.remove_reader(self._line)
        self._line.close()

    def _receive(self) -> None:
        try:
            received = self._line.recv(4096)
        except OSError:
            received = b""
        if received:
            self._missed = 0
        else:
            self._loop.remove_reader(self._line)
        if not self._first.done():
            self._first.set_result(bool(received))
