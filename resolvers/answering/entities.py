"""Entities of several types and fields, answered by one root, merged back into the order they were requested in."""

from collections.abc import Iterable, Iterator, Mapping

from datasources.engine.running.answers import RootAnswer
from datasources.entries import Batch, Entities, Root
from datasources.holes import PLACED, SEPARATOR
from datasources.plan import Variables
from resolvers.answering.faults import CORE_DOWN
from resolvers.documents.representations import Representation, distinct
from resolvers.planning.entities import EntityList

_PLACED, _SEPARATOR, _NULL = PLACED.encode(), SEPARATOR.encode(), b"null"


def merge_by_position(
    lists: Mapping[str, EntityList], answers: Iterable[tuple[str, Root, RootAnswer]], variables: Variables
) -> Iterator[tuple[str, RootAnswer]]:
    """The answer of each root field by its response key. Entities stand in the order of their representations,
    whatever their types; one that was not found is null.
    """
    texts: dict[str, dict[Representation, bytes]] = {key: {} for key in lists}
    marked = set[str]()
    for key, root, answer in answers:
        if not isinstance(root.entry, Entities):
            yield key, answer
            continue
        for field, representation, text in _entity_texts(root.entry.batches, lists, answer, variables):
            texts[field][representation] = text
        if answer.is_marked:
            marked |= {batch.field.key for batch in root.entry.batches}
    for key, listed in lists.items():
        each = [texts[key].get(one, _NULL) for one in listed.read(variables)]
        yield key, RootAnswer(each[0] if listed.is_one else b"[%b]" % b",".join(each), is_marked=key in marked)


def _entity_texts(
    batches: Iterable[Batch], lists: Mapping[str, EntityList], answer: RootAnswer, variables: Variables
) -> Iterator[tuple[str, Representation, bytes]]:
    """The response key, representation and text of each entity that was found."""
    keys = ((batch.field.key, batch.type) for batch in batches)
    requested = [(key, one) for key, type_ in keys for one in distinct(lists[key].read(variables), type_)]
    if answer is CORE_DOWN:
        yield from ((key, one, answer.text) for key, one in requested)
        return
    for line in answer.text.split(_SEPARATOR):
        if line:
            position, text = line.split(_PLACED, 1)
            key, one = requested[int(position) - 1]
            yield key, one, text
