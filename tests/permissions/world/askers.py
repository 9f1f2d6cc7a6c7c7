"""Who asks: every class for every purpose, within their reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from auth.policy.categories import Category
from auth.policy.reach import EVERYBODY, Reach, RowScope
from auth.viewer import Viewer
from tests.permissions.world.cells import Ways
from tests.permissions.world.matrix import USES, Decision, Matrix

FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
CONTRACT = "alpha"


@dataclass(frozen=True)
class Asker:
    """A viewer, and what the matrix says that they may learn."""

    matrix: Matrix
    who: str
    purpose: str | None
    scope: RowScope = EVERYBODY

    @property
    def viewer(self) -> Viewer:
        purposes = frozenset(self.matrix.purposes if self.purpose else ())
        return Viewer(
            "somebody", self.who, purposes, self.purpose, None, FOREVER, self.scope, authenticated_at=datetime.now(UTC)
        )

    @property
    def name(self) -> str:
        reach = "" if self.scope.reach is Reach.ALL else f" within {self.scope.reach}"
        return f"{self.who} for {self.purpose}{reach}"

    def decision(self, category: Category, use: str = "item") -> Decision:
        return self.matrix.decide(self.who, self.purpose, category.value, use)

    def learns(self, category: Category, flags: int) -> str | None:
        """What any use tells them of such data: "all", the name of a mask, or None for nothing."""
        shown = [each for use in USES if (each := self.decision(category, use)).shows(flags)]
        if any(each.effect == "allow" for each in shown):
            return "all"
        return shown[0].mask if shown else None

    def is_told(self, ways: Ways, flags: int) -> bool:
        return any(all(self.learns(each, flags) == "all" for each in way) for way in ways)

    def is_told_of_row(self, ways: Ways, flags: int) -> bool:
        """A mask hides a value, not that there is one."""
        return any(all(self.learns(each, flags) for each in way) for way in ways)

    def knows_of(self, row: Mapping[str, object], flags: int, links: frozenset[object]) -> bool:
        """Whether this customer exists for them."""
        is_there = row["status"] != "ERASED" and self.decision(Category.UNIQUE_ID).effect == "allow"
        return is_there and self.decision(Category.UNIQUE_ID).counts_for(flags) and self.reaches(row, links)

    def reaches(self, row: Mapping[str, object], links: frozenset[object]) -> bool:
        match self.scope.reach:
            case Reach.ALL:
                return True
            case Reach.SELF:
                return str(row["id"]) == self.scope.by
            case Reach.TERRITORY:
                return row["territory"] == self.scope.by
        return row["id"] in links


def askers(matrix: Matrix, subject: object) -> list[Asker]:
    """One for each class and purpose that any rule names, and those of narrower reach."""
    found = []
    for who, purpose in matrix.pairs():
        reach = Reach(matrix.classes[who].get("reach", "all"))
        by = {Reach.LINKED: CONTRACT, Reach.SELF: str(subject)}.get(reach)
        found.append(Asker(matrix, who, purpose, RowScope(reach, by)))
    found += [
        Asker(matrix, "sales_rep", "order", RowScope(Reach.TERRITORY, "NORTH")),
        Asker(matrix, "service_agent", "care", RowScope(Reach.TERRITORY, "SOUTH")),
    ]
    return found


def strangers(matrix: Matrix) -> list[Asker]:
    """Every class with every purpose, and with none, for which no rule names it: they learn nothing."""
    named = set(matrix.pairs())
    every = [(who, purpose) for who in sorted(matrix.classes) for purpose in (*matrix.purposes, None)]
    return [Asker(matrix, who, purpose) for who, purpose in every if (who, purpose) not in named]
