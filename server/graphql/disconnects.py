"""Notices a client who leaves while the answer is made, and ends the work that nobody waits for."""

import asyncio
from types import TracebackType

from starlette.types import Receive

from server.graphql.alarms import Alarms
from server.graphql.refusals import Disconnected

# Most answers are there before anybody looks: only a slow one costs a task to watch its client.
SECONDS_BEFORE_WATCHING = 0.1


class DisconnectWatch:
    """While this lasts, the task that entered it is cancelled when the client leaves. It then raises Disconnected."""

    __slots__ = ("_alarm", "_alarms", "_has_left", "_looking", "_receive", "_task")

    def __init__(self, receive: Receive, alarms: Alarms) -> None:
        self._receive = receive
        self._alarms = alarms
        self._looking: asyncio.Task[None] | None = None
        self._has_left = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._alarm = self._alarms.set(self._look)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if self._has_left and self._task is not None:
            self._task.uncancel()
            raise Disconnected from None

    def _look(self) -> None:
        self._looking = asyncio.get_running_loop().create_task(self._watch(), name="attendance")

    async def _watch(self) -> None:
        # What is left of the request comes first; after it there is only the end of the connection.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        if self._task is not None:
            self._task.cancel()
