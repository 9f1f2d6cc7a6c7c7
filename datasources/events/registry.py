"""All departments together: what each one's tables tell."""

from collections.abc import Mapping

from datasources.core import events as core
from datasources.finance import events as finance
from datasources.marketing import events as marketing
from datasources.recording.kinds import TableEvents
from datasources.sales import events as sales
from datasources.service import events as service

EVENTS: Mapping[str, tuple[TableEvents, ...]] = {
    "core": core.EVENTS,
    "finance": finance.EVENTS,
    "sales": sales.EVENTS,
    "service": service.EVENTS,
    "marketing": marketing.EVENTS,
}

SILENT_TABLES: Mapping[str, Mapping[str, str]] = {
    "core": core.SILENT_TABLES,
    "finance": finance.SILENT_TABLES,
    "sales": sales.SILENT_TABLES,
    "service": service.SILENT_TABLES,
    "marketing": marketing.SILENT_TABLES,
}


def kinds_of(department: str) -> tuple[str, ...]:
    """The names of the kinds that a department may send, each once."""
    return tuple(dict.fromkeys(kind.name for each in EVENTS[department] for kind in each.kinds))
