"""Where each department's data are: at a configured URL, in the embedded PostgreSQL, or behind HTTP."""

from collections.abc import Collection

from auth.departments import DEPARTMENTS
from server.settings.environment import Settings


def database_addresses(settings: Settings, departments: Collection[str] = DEPARTMENTS) -> dict[str, str]:
    """Database URLs of these departments, as far as they use SQL. Starts the embedded server for those without."""
    found = configured_addresses(settings)
    departments = [department for department in sql_departments(settings) if department in departments]
    missing = [department for department in departments if department not in found]
    if missing:
        # Because the embedded server's package need not load where every department has a URL.
        from datasources.engine.pools import embedded  # noqa: PLC0415 - for installations without a database

        found |= dict.fromkeys(missing, embedded.start(settings.data_dir / "postgres"))
    return {department: found[department] for department in departments}


def configured_addresses(settings: Settings) -> dict[str, str]:
    """The configured URLs: a department's own, or the common one."""
    urls = {department: settings.department_urls.get(department, settings.database_url) for department in DEPARTMENTS}
    return {department: url for department in sql_departments(settings) if (url := urls[department])}


def sql_departments(settings: Settings) -> list[str]:
    """Departments whose data are in a SQL database."""
    return [department for department in DEPARTMENTS if department != "service" or settings.service_url is None]
