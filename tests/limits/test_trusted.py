"""Trusted documents: requested by id, distinguished from others, and read again while the server runs."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from auth.rates import Rate
from resolvers.answering.throttle import Throttle
from resolvers.graph import Graph
from server.commands.documents_command import command
from server.graphql.documents.lists import DocumentsError, id_of, read
from server.graphql.documents.trusted import TrustedDocuments
from server.reload import reload_on_hangup
from server.settings.environment import Settings, load
from tests.limits.conftest import Make, request
from tests.limits.serving import serving

ROLE = "query Role { viewer { role } }"
PURPOSE = "query Purpose { viewer { purpose } }"
Answer = tuple[int, Any]
Ask = Callable[..., Answer]
Serve = Callable[[str], AbstractContextManager[Ask]]


def settings(mode: str, path: Path) -> Settings:
    return load({"CUSTOMER360_DOCUMENTS": mode, "CUSTOMER360_DOCUMENTS_PATH": str(path)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents" / "screens"
    documents.mkdir(parents=True)
    (documents / "role.graphql").write_text(ROLE)
    return documents.parent


@pytest.fixture
def serve(graph: Graph, folder: Path, bearer: dict[str, str], tmp_path: Path) -> Serve:
    @contextmanager
    def served(mode: str) -> Iterator[Ask]:
        trusted = TrustedDocuments.of(settings(mode, folder), graph)
        with serving(graph, tmp_path, trusted) as (host, port, _):
            yield lambda given, method="POST": _post(host, port, bearer, given, method)

    return served


def _post(host: str, port: int, bearer: dict[str, str], given: dict[str, Any], method: str) -> Answer:
    connection = HTTPConnection(host, port, timeout=10)
    head = {**bearer, "Accept": "application/graphql-response+json", "Content-Type": "application/json"}
    query = "&".join(f"{name}={quote(value)}" for name, value in given.items()) if method == "GET" else ""
    connection.request(method, f"/graphql?{query}", json.dumps(given) if method == "POST" else None, head)
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()
    return response.status, body["errors"][0]["extensions"]["code"] if "errors" in body else body["data"]


ANSWERED = (200, {"viewer": {"role": "service_agent"}})
OTHER = (200, {"viewer": {"purpose": None}})


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("mode", ["log", "allow", "require"])
def test_a_document_is_asked_for_by_its_id(mode: str, method: str, serve: Serve) -> None:
    with serve(mode) as ask:
        assert ask({"documentId": id_of(ROLE)}, method) == ANSWERED
        assert ask({"documentId": id_of(PURPOSE)}, method) == (400, "DOCUMENT_UNKNOWN")
        assert ask({"documentId": "sha256:"}, method) == (400, "DOCUMENT_UNKNOWN")
        assert ask({"documentId": id_of(ROLE), "query": ROLE}, method) == (400, "BAD_REQUEST")


def test_nobody_adds_to_the_list_by_asking(serve: Serve) -> None:
    """A client that sends both id and text registers nothing: only the operator's list counts."""
    with serve("allow") as ask:
        extension = {"persistedQuery": {"version": 1, "sha256Hash": id_of(PURPOSE).removeprefix("sha256:")}}
        assert ask({"query": PURPOSE, "extensions": extension}) == OTHER
        assert ask({"documentId": id_of(PURPOSE)}) == (400, "DOCUMENT_UNKNOWN")


REFUSED = (403, "DOCUMENT_NOT_TRUSTED")


@pytest.mark.parametrize(("mode", "expected"), [("off", OTHER), ("log", OTHER), ("allow", OTHER), ("require", REFUSED)])
def test_a_document_of_somebody_elses(
    mode: str, expected: Answer, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(mode) as ask:
        assert ask({"query": ROLE}) == ANSWERED
        assert "not trusted" not in caplog.text
        assert ask({"query": PURPOSE}) == expected
    logged = [record.getMessage() for record in caplog.records if record.name == "customer360.documents"]
    # The client is named, and nothing of the document.
    assert logged == (["the client customer360-cli asked a document that is not trusted"] if mode == "log" else [])


def test_without_a_list_no_id_is_known(serve: Serve) -> None:
    with serve("off") as ask:
        assert ask({"documentId": id_of(ROLE)}) == (400, "DOCUMENT_UNKNOWN")


async def test_what_is_trusted_is_ready(make_graph: Make, folder: Path) -> None:
    graph = make_graph(throttle=Throttle(new_documents=Rate(1, 0.001)))
    TrustedDocuments.of(settings("allow", folder), graph)
    codes = [(await graph.answer(request(each))).code for each in (PURPOSE, "{ x: __typename }", ROLE)]
    # The list's document is not new; its plan is, for this viewer.
    assert codes == [None, "RATE_LIMITED", "RATE_LIMITED"]
    assert graph._documents._trusted.keys() == {ROLE}


async def test_hangup_reads_the_list_again(graph: Graph, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    chosen = settings("allow", folder)
    trusted = TrustedDocuments.of(chosen, graph)

    async def hang_up() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)

    with reload_on_hangup(graph, chosen, trusted):
        (folder / "purpose.graphql").write_text(PURPOSE)
        await hang_up()
        assert sorted(trusted._documents.values()) == [PURPOSE, ROLE]
        (folder / "wrong.graphql").write_text("query Wrong { nonsense }")
        await hang_up()
        assert sorted(trusted._documents.values()) == [PURPOSE, ROLE]
    wrong = f"stay as they were: {id_of('query Wrong { nonsense }')}: Cannot query field 'nonsense'"
    assert wrong in caplog.text


def test_a_document_that_cannot_be_run_stops_the_start(graph: Graph, folder: Path) -> None:
    (folder / "wrong.graphql").write_text("query Wrong { nonsense }")
    with pytest.raises(DocumentsError, match=r"sha256:.*nonsense"):
        TrustedDocuments.of(settings("allow", folder), graph)
    assert graph._documents._trusted == {}


@pytest.mark.parametrize("prefix", ["sha256:", ""])
def test_a_manifest_names_each_by_its_hash(prefix: str, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    bare = id_of(ROLE).removeprefix("sha256:")
    file.write_text(json.dumps({prefix + bare: ROLE}))
    assert read(file) == {id_of(ROLE): ROLE}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nothing", "are not JSON"),
        ("[]", "are not one object"),
        ('{"sha256:00": "{ a }"}', "the trusted document sha256:00 does not have the hash"),
        ('{"x": 1}', "the trusted document x does not have"),
    ],
)
def test_a_manifest_that_is_wrong_says_where(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(text)
    with pytest.raises(DocumentsError, match=problem):
        read(file)


def test_without_a_path_the_start_says_what_lacks(graph: Graph) -> None:
    with pytest.raises(DocumentsError, match="CUSTOMER360_DOCUMENTS_PATH"):
        TrustedDocuments.of(load({"CUSTOMER360_DOCUMENTS": "require"}), graph)


def test_the_command_lists_and_checks(folder: Path) -> None:
    listed = CliRunner().invoke(command, ["list", str(folder)])
    assert listed.output.splitlines()[1].split() == [id_of(ROLE), "Role"]
    assert CliRunner().invoke(command, ["check", str(folder)]).output == "1 documents can be run.\n"
    (folder / "wrong.graphql").write_text("query Wrong { nonsense }")
    checked = CliRunner().invoke(command, ["check", str(folder)])
    assert checked.exit_code == 1
    assert "Cannot query field 'nonsense'" in checked.output
    assert "1 of 2 documents cannot be run" in checked.output
