"""Trusted documents: the operator's list, requested by id; in mode `require` the only documents allowed."""

import logging
from collections.abc import Mapping
from typing import Protocol

from auth.viewer import Viewer
from resolvers.codes import Code
from resolvers.refusal import OperationRefused
from server.graphql.documents.lists import PREFIX, DocumentsError, read, sha256_of
from server.graphql.parameters import Parameters
from server.graphql.refusals import Refusal
from server.settings.environment import Settings

log = logging.getLogger("customer360.documents")


class DocumentKeeper(Protocol):
    """The graph, as far as it validates trusted documents and keeps them."""

    def trust(self, documents: Mapping[str, str]) -> None: ...


class TrustedDocuments:
    """The documents by id, and the mode for others.

    `off` has no ids, `allow` accepts other documents, `log` also logs the client, `require` refuses them.
    """

    def __init__(self, mode: str = "off", documents: Mapping[str, str] | None = None) -> None:
        self._mode = mode
        self._documents = _by_hash(documents or {})

    @classmethod
    def of(cls, settings: Settings, graph: DocumentKeeper) -> "TrustedDocuments":
        """The list that the settings name. Raises DocumentsError if it is invalid."""
        return cls(settings.documents, _load(settings, graph))

    def reload(self, settings: Settings, graph: DocumentKeeper) -> None:
        """Read the list again. An invalid one changes nothing."""
        if self._mode == "off":
            return
        try:
            self._documents = _by_hash(_load(settings, graph))
        except DocumentsError as error:
            log.error("the trusted documents stay as they were: %s", error)
            return
        log.warning("%d documents are trusted now", len(set(self._documents.values())))

    def text_of(self, sent: Parameters, viewer: Viewer) -> str:
        """The requested document. Raises Refusal for an unknown id or a document that is not trusted."""
        if sent.document_id is not None:
            return self._by_id(sent.document_id)
        if sent.document is None:
            return self._by_persisted_hash(sent.persisted_hash or "")
        if self._mode in ("log", "require") and sha256_of(sent.document) not in self._documents:
            self._log_or_refuse(viewer)
        return sent.document

    def _by_persisted_hash(self, digest: str) -> str:
        """The message is the one on which clients with automatic persisted queries send the document."""
        found = self._documents.get(digest)
        if found is None:
            raise Refusal(Code.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
        return found

    def _by_id(self, id_: str) -> str:
        found = self._documents.get(id_.removeprefix(PREFIX))
        if found is None:
            message = (
                "No trusted document has this id. Ids are sha256: and the hash of a document in the server's list."
            )
            raise Refusal(Code.DOCUMENT_UNKNOWN, message)
        return found

    def _log_or_refuse(self, viewer: Viewer) -> None:
        if self._mode == "require":
            message = "Only trusted documents can be asked here: send the documentId of one in the server's list."
            raise Refusal(Code.DOCUMENT_NOT_TRUSTED, message)
        # Because the text may hold personal data, and its hash can be guessed, only the client is logged.
        log.warning("the client %s asked a document that is not trusted", viewer.client)


def _load(settings: Settings, graph: DocumentKeeper) -> Mapping[str, str]:
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


def _by_hash(documents: Mapping[str, str]) -> Mapping[str, str]:
    """The texts by their listed hash and by their SHA-256, both without prefix."""
    return {digest: text for id_, text in documents.items() for digest in (id_.removeprefix(PREFIX), sha256_of(text))}
