"""Cancels a request's work when its client disconnects."""

import asyncio
from types import TracebackType

from starlette.types import Receive

from server.graphql.bounds.alarms import Alarms
from server.graphql.refusals import Disconnected

# Because most answers take less, only a slow request costs a task that watches its client.
SECONDS_BEFORE_WATCHING = 0.1


class DisconnectWatch:
    """Inside this context, a client that disconnects cancels the current task; leaving it raises Disconnected."""

    __slots__ = ("_alarm", "_alarms", "_has_left", "_receive", "_task", "_watcher")

    def __init__(self, receive: Receive, alarms: Alarms) -> None:
        self._receive = receive
        self._alarms = alarms
        self._watcher: asyncio.Task[None] | None = None
        self._has_left = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._alarm = self._alarms.set(self._start_watching)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self._has_left and self._task is not None:
            self._task.uncancel()
            raise Disconnected from None

    def _start_watching(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._watch(), name="disconnect watch")

    async def _watch(self) -> None:
        # After the rest of the request's body, the only message is the end of the connection.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        if self._task is not None:
            self._task.cancel()
