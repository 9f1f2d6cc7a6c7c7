"""All departments together: what each one's tables tell. A department without a module `events` records nothing."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from auth.departments import DEPARTMENTS
from datasources.recording.kinds import TableEvents


def _modules() -> Mapping[str, ModuleType]:
    names = {department: f"datasources.{department}.events" for department in DEPARTMENTS}
    return {department: import_module(name) for department, name in names.items() if find_spec(name) is not None}


_MODULES = _modules()
EVENTS: Mapping[str, tuple[TableEvents, ...]] = {department: each.EVENTS for department, each in _MODULES.items()}
SILENT_TABLES: Mapping[str, Mapping[str, str]] = {
    department: each.SILENT_TABLES for department, each in _MODULES.items()
}


def kinds_of(department: str) -> tuple[str, ...]:
    """The names of the kinds that a department may send, each once."""
    return tuple(dict.fromkeys(kind.name for each in EVENTS[department] for kind in each.kinds))
