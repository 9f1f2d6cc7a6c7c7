"""The application on a real socket, in a thread of this process."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from auth.tokens.keys import TrustedKeys
from auth.tokens.verifier import Verifier
from server.app import Customer360
from server.backend import Backend, Opener
from server.graphql.documents.trusted import TrustedDocuments
from server.graphql.endpoint import Answers
from server.process.serving import listen, make_server
from server.settings.environment import load
from tests.server.conftest import EXPECTED, KEY, PURPOSES
from tests.server.fake_graph import all_up


def opener(graph: Answers, trusted: TrustedDocuments | None = None) -> Opener:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Backend]:
        yield Backend(graph, all_up, trusted=trusted or TrustedDocuments())

    return opened


@contextmanager
def serving(
    graph: Answers, folder: Path, trusted: TrustedDocuments | None = None, **changed: Any
) -> Iterator[tuple[str, int, uvicorn.Server]]:
    """Where it listens, and the server. `changed` are settings."""
    settings = replace(load({"CUSTOMER360_DATA_DIR": str(folder)}), port=0, **changed)
    app = Customer360(settings, Verifier(EXPECTED, TrustedKeys([KEY])), PURPOSES, opener(graph, trusted))
    listener = listen(settings)
    started = threading.Event()
    server = make_server(app, settings, started.set)
    thread = threading.Thread(target=lambda: asyncio.run(server._serve([listener])))
    thread.start()
    try:
        assert started.wait(10)
        host, port = listener.getsockname()[:2]
        yield host, port, server
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
