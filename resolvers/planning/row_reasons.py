"""Reasons why a customer's flags withhold fields that the plan shows under a condition."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from auth.policy.effects import Condition, Effect
from auth.policy.rules import conditions_in

# Combinations of flags whose reasons are cached. Few occur.
_MAX_CACHED_REASONS = 1024


@dataclass(frozen=True, slots=True)
class RowReasons:
    """`conditional` are the coordinates that the plan shows under a condition; `readable` is the condition under which
    the viewer may read a customer's privacy state, and so the reasons.
    """

    conditional: tuple[tuple[str, Effect], ...]
    readable: Condition
    _cached: dict[int, bytes] = field(default_factory=dict)

    def serialize(self, flags: int) -> bytes:
        """The reasons as JSON for a customer with these flags; empty if there are none."""
        text = self._cached.get(flags)
        if text is None:
            reasons = list(self._reasons(flags)) if self.readable.met_by(flags) else []
            text = orjson.dumps(reasons) if reasons else b""
            if len(self._cached) < _MAX_CACHED_REASONS:
                self._cached[flags] = text
        return text

    def _reasons(self, flags: int) -> Iterator[dict[str, Any]]:
        for what, effect in self.conditional:
            unmet = effect.condition.unmet(flags)
            if unmet:
                because = conditions_in(effect.condition, unmet)
                yield {"coordinate": what, "rule": effect.rule, "article": effect.article, "unmet": because}
