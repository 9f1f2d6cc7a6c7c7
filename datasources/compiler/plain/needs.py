"""The columns that a plan reads from a source: what is not read is not fetched."""

from collections import defaultdict
from dataclasses import dataclass, field

from datasources.sources.shapes import PlainShape, Reads
from datasources.sources.source import IDENTITY, OWNER


@dataclass(slots=True)
class Needs:
    """Columns by resource."""

    columns: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, resource: str | None, *names: str) -> None:
        if resource is not None:
            self.columns[resource].update((OWNER, IDENTITY, *names))

    def add_reads(self, shape: PlainShape, reads: Reads) -> None:
        self.add(shape.resource, *reads.columns)
        for resource, names in reads.others.items():
            self.add(resource, *names)
