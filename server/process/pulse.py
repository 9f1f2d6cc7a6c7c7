"""A worker's pulse: its event loop says each second that it goes round, on the line to who started it."""

import asyncio
import socket
from contextlib import suppress

SECONDS_BETWEEN_BEATS = 1.0
# A loop that is only busy comes round far sooner; whoever waits for one that is not, has waited long enough.
MAX_MISSED_BEATS = 10
BEAT = b"."


def beat(line: socket.socket) -> None:
    """From now on, as long as the running loop goes round. The first says that the worker answers."""
    # Nobody may be listening; and that the line has ended is found by who reads from it.
    with suppress(OSError):
        line.send(BEAT, socket.MSG_DONTWAIT)
    asyncio.get_running_loop().call_later(SECONDS_BETWEEN_BEATS, beat, line)


class Pulse:
    """Hears the beats of one worker, until it is told to stop."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._missed = 0
        self._loop = asyncio.get_running_loop()
        self._first: asyncio.Future[bool] = self._loop.create_future()
        self._loop.add_reader(line, self._hear)

    async def began(self) -> bool:
        """Whether it answers: the first beat, or the end of the line."""
        return await self._first

    def has_ceased(self) -> bool:
        """Asked each second. Looks are counted and no time: while the whole machine stands still, none is missed."""
        self._missed += 1
        return self._missed > MAX_MISSED_BEATS

    def stop(self) -> None:
        self._loop.remove_reader(self._line)
        self._line.close()

    def _hear(self) -> None:
        try:
            heard = self._line.recv(4096)
        except OSError:
            heard = b""
        if heard:
            self._missed = 0
        else:
            self._loop.remove_reader(self._line)
        if not self._first.done():
            self._first.set_result(bool(heard))
