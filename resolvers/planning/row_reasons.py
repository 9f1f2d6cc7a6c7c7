"""Why single rows are withheld: the part of a plan that rests on each customer's flags."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from auth.policy.effects import Condition, Effect
from auth.policy.rules import conditions_in

# There are few combinations of flags; more than this come from nowhere.
_MOST = 1024


@dataclass(frozen=True, slots=True)
class RowReasons:
    """The coordinates that a plan shows under a condition, and what is said where one is not met: of customers whose
    privacy state the viewer may read.
    """

    conditional: tuple[tuple[str, Effect], ...]
    told_of: Condition
    _known: dict[int, bytes] = field(default_factory=dict)

    def told(self, flags: int) -> bytes:
        """The reasons as JSON, for a customer with these flags; empty if nothing is withheld from them."""
        text = self._known.get(flags)
        if text is None:
            reasons = list(self._reasons(flags)) if self.told_of.met_by(flags) else []
            text = orjson.dumps(reasons) if reasons else b""
            if len(self._known) < _MOST:
                self._known[flags] = text
        return text

    def _reasons(self, flags: int) -> Iterator[dict[str, Any]]:
        for what, effect in self.conditional:
            unmet = effect.condition.unmet(flags)
            if unmet:
                because = conditions_in(effect.condition, unmet)
                yield {"coordinate": what, "rule": effect.rule, "article": effect.article, "unmet": because}
