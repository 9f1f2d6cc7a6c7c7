"""Which department's data lie where: at the URLs that are set, or in the embedded PostgreSQL."""

from server.settings import DEPARTMENTS, Settings


def addresses(settings: Settings) -> dict[str, str]:
    """Each department's URL. Starts the embedded server if a department has none."""
    found = configured(settings)
    missing = [department for department in DEPARTMENTS if department not in found]
    if missing:
        from datasources import embedded

        found |= dict.fromkeys(missing, embedded.start(settings.data_dir / "postgres"))
    return {department: found[department] for department in DEPARTMENTS}


def configured(settings: Settings) -> dict[str, str]:
    """The URLs that are set: a department's own, or the one for all."""
    own = {department: getattr(settings, f"{department}_database_url") for department in DEPARTMENTS}
    return {department: url for department in DEPARTMENTS if (url := own[department] or settings.database_url)}
