"""Pages: Relay's connections over a list that is already filtered and in order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from tests.oracle.rights import Decision
from tests.oracle.scene import Scene, Thing

USUAL_SIZE = 10
MOST = 100


def bad_cursor() -> GraphQLError:
    return GraphQLError("BAD_CURSOR", extensions={"code": "BAD_CURSOR"})


def is_wrong(args: Mapping[str, Any]) -> bool:
    """Whether a page is asked for as none can be."""
    first, last = args.get("first"), args.get("last")
    sizes = [size for size in (first, last) if size is not None]
    return len(sizes) > 1 or any(not 1 <= size <= MOST for size in sizes)


def page(
    scene: Scene,
    coordinate: str,
    entries: Sequence[Thing],
    args: Mapping[str, Any],
    keep: Callable[[Thing], bool],
    of: Thing | None = None,
) -> Thing:
    """One page of the entries that are to be kept, of one customer or of none. `coordinate` is the list's own,
    whose right to be counted `totalCount` needs. A cursor keeps its place also where its entry is not to be kept.
    """
    type_ = entries[0].type if entries else ""
    after, before = _place(entries, args.get("after")), _place(entries, args.get("before"))
    between = entries[0 if after is None else after + 1 : len(entries) if before is None else before]
    between = [entry for entry in between if keep(entry)]
    last = args.get("last")
    size = last or args.get("first") or USUAL_SIZE
    shown = between[-size:] if last else between[:size]
    is_cut = len(between) > size
    info = {
        "hasNextPage": before is not None if last else is_cut,
        "hasPreviousPage": is_cut if last else after is not None,
        "startCursor": cursor(shown[0]) if shown else None,
        "endCursor": cursor(shown[-1]) if shown else None,
    }
    return connection(shown, info, _count(scene, coordinate, list(filter(keep, entries)), of), type_)


def connection(shown: Sequence[Thing], info: Mapping[str, Any], count: int | None, type_: str = "") -> Thing:
    edges = [Thing(f"{type_}Edge", {"cursor": cursor(each), "node": each}, each.subject) for each in shown]
    row = {"nodes": list(shown), "edges": edges, "pageInfo": Thing("PageInfo", info), "totalCount": count}
    return Thing(f"{type_}Connection", row)


def empty() -> Thing:
    info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    return connection((), info, 0)


def cursor(entry: Thing) -> str:
    return str(entry.row["id"])


def _place(entries: Sequence[Thing], given: str | None) -> int | None:
    if given is None:
        return None
    for place, entry in enumerate(entries):
        if cursor(entry) == given:
            return place
    raise bad_cursor()


def _count(scene: Scene, coordinate: str, entries: Sequence[Thing], of: Thing | None) -> int | None:
    """How many of them the viewer may count: of one customer's all or, being null, none."""
    decision = scene.rights.of(coordinate, "aggregate")
    if not decision.is_allowed or (of is not None and not _counts(decision, of)):
        return None
    return sum(_counts(decision, each) for each in entries)


def _counts(decision: Decision, thing: Thing) -> bool:
    return thing.subject is not None and decision.allows(thing.subject.flags)
