"""What a table's rows tell: the kinds of event, each with its category and the columns whose change makes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from auth.policy.categories import Category


@dataclass(frozen=True, slots=True)
class Entry:
    """How a row stands in the timeline: when it happened, through which channel, in which direction."""

    at: str
    channel: str | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event, of one category. Its name is unique over all departments.

    `where` limits it to some of the table's rows, and `reduced` to what of the columns its category shows; both are SQL
    in which `{row}` stands for the row. `is_existence` where a row is of this kind even if all the columns are null.
    """

    name: str
    category: Category
    columns: tuple[str, ...]
    where: str | None = None
    reduced: str | None = None
    is_existence: bool = False
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class TableEvents:
    """One table's kinds. `owner` names the column with the customer, `row` the one with the id that events name.

    Several rows may share one id in `row`: lines of an invoice tell of the invoice (`part_of`), interests of the
    customer. Each change of one of them is then a CHANGED of that id. `silent` columns tell nothing, for the reason
    given.
    """

    table: Table
    kinds: tuple[EventKind, ...]
    owner: str = "customer_id"
    row: str = "id"
    part_of: Table | None = None
    # Rows live as long as a row of another table: the table, and the column with its id.
    lives_with: tuple[Table, str] | None = None
    silent: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell rows apart, the owner among them: a row that changes its owner is another row."""
        return tuple(dict.fromkeys((self.owner, *(column.name for column in self.table.primary_key))))

    @property
    def is_shared(self) -> bool:
        """Whether several rows may have one id."""
        return not {column.name for column in self.table.primary_key} <= {self.owner, self.row, "sequence"}

    @property
    def retain_until(self) -> str | None:
        return "retain_until" if "retain_until" in self.table.columns else None
