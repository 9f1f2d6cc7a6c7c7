"""Trusted documents: those that an operator has listed, asked for by id, or the only ones that may be asked."""

import logging
from collections.abc import Mapping
from typing import Protocol

from auth.viewer import Viewer
from resolvers.codes import Code
from resolvers.refusal import OperationRefused
from server.graphql.documents.lists import DocumentsError, id_of, read
from server.graphql.parameters import Parameters
from server.graphql.refusals import Refusal
from server.settings.environment import Settings

log = logging.getLogger("customer360.documents")


class DocumentKeeper(Protocol):
    """What keeps documents ready: the graph."""

    def trust(self, documents: Mapping[str, str]) -> None: ...


class TrustedDocuments:
    """The documents by id, and what becomes of others: `off` knows no ids, `log` tells of clients who ask others,
    `allow` lets them, `require` refuses them.
    """

    def __init__(self, mode: str = "off", documents: Mapping[str, str] | None = None) -> None:
        self._mode = mode
        self._documents = documents or {}

    @classmethod
    def of(cls, settings: Settings, graph: DocumentKeeper) -> "TrustedDocuments":
        """As the settings have it. Raises DocumentsError for a list that cannot be used."""
        return cls(settings.documents, _kept(settings, graph))

    def reload(self, settings: Settings, graph: DocumentKeeper) -> None:
        """The list as it stands now; one that cannot be used changes nothing."""
        if self._mode == "off":
            return
        try:
            self._documents = _kept(settings, graph)
        except DocumentsError as error:
            log.error("the trusted documents stay as they were: %s", error)
            return
        log.warning("%d documents are trusted now", len(self._documents))

    def text_of(self, asked: Parameters, viewer: Viewer) -> str:
        """The text that is asked for. Raises Refusal for an id that is not known, or a text that is not trusted."""
        if asked.document_id is not None:
            return self._known(asked.document_id)
        text = asked.document or ""
        if self._mode in ("log", "require") and id_of(text) not in self._documents:
            self._object(viewer)
        return text

    def _known(self, id_: str) -> str:
        found = self._documents.get(id_)
        if found is None:
            message = (
                "No trusted document has this id. Ids are sha256: and the hash of a document in the server's list."
            )
            raise Refusal(Code.DOCUMENT_UNKNOWN, message)
        return found

    def _object(self, viewer: Viewer) -> None:
        if self._mode == "require":
            message = "Only trusted documents can be asked here: send the documentId of one in the server's list."
            raise Refusal(Code.DOCUMENT_NOT_TRUSTED, message)
        # Which client, not which document: its text may hold somebody's number, and its hash could be guessed.
        log.warning("the client %s asked a document that is not trusted", viewer.client)


def _kept(settings: Settings, graph: DocumentKeeper) -> Mapping[str, str]:
    if settings.documents == "off":
        return {}
    if settings.documents_path is None:
        raise DocumentsError("CUSTOMER360_DOCUMENTS_PATH must name the trusted documents")
    documents = read(settings.documents_path)
    try:
        graph.trust(documents)
    except OperationRefused as error:
        raise DocumentsError(error.errors[0]["message"]) from None
    return documents
