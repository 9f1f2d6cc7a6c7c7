"""The settings: read from the environment once and checked before anything starts."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from auth.departments import DEPARTMENTS
from auth.rates import Rate
from resolvers.documents.limits import DEFAULT_LIMITS
from server.settings import values

PREFIX = "CUSTOMER360_"
# Variables with this prefix configure the test suite, not the server.
FOR_TESTS = "CUSTOMER360_TEST_"
FROM_FILE = "_FILE"
MODES = ("off", "log", "allow", "require")


class SettingsError(ValueError):
    """A setting is invalid. The message names the key and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values of all settings. docs/settings.md describes each."""

    database_url: str | None
    # The URL of each department that has a database of its own.
    department_urls: Mapping[str, str]
    service_url: str | None
    service_secret: bytes | None
    data_dir: Path
    pool_size: int
    deadline_ms: int
    department_budget_ms: int
    host: str
    port: int
    allowed_origins: frozenset[str]
    allowed_headers: frozenset[str]
    get_queries: bool
    compression: bool
    max_body_bytes: int
    receive_timeout_ms: int
    keep_alive_ms: int
    max_connections: int
    partial_status: int
    max_tokens: int
    max_depth: int
    max_aliases: int
    max_root_fields: int
    max_fields: int
    max_cost: int
    new_documents: Rate | None
    rate_limit: Rate | None
    client_rates: Path | None
    rate_store: str
    phone_region: str | None
    documents: str
    documents_path: Path | None
    graphiql: bool
    issuer: str
    audience: str
    public_url: str | None
    trusted_proxies: int
    oauth: bool
    oauth_secret: bytes | None
    issuers_file: Path | None
    policy_file: Path | None
    drain_ms: int
    jobs: bool
    change_days: int
    metrics: bool
    traces: bool
    log_operations: bool
    log_level: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One key, the reader of its text, and its default."""

    key: str
    read: Callable[[str], Any]
    default: str | None = None
    is_secret: bool = False

    @property
    def name(self) -> str:
        return self.key.removeprefix(PREFIX).lower()


def _address(key: str) -> Setting:
    return Setting(key, values.database_url, is_secret=True)


SETTINGS = (
    _address("CUSTOMER360_DATABASE_URL"),
    *(_address(f"{PREFIX}{department.upper()}_DATABASE_URL") for department in DEPARTMENTS),
    Setting("CUSTOMER360_DATA_DIR", values.data_folder, ".customer360"),
    Setting("CUSTOMER360_POOL_SIZE", values.whole(1, 500), "8"),
    Setting("CUSTOMER360_DEADLINE_MS", values.whole(10, 600_000), "2000"),
    Setting("CUSTOMER360_DEPARTMENT_BUDGET_MS", values.whole(10, 600_000), "1500"),
    Setting("CUSTOMER360_PHONE_REGION", values.country),
    Setting("CUSTOMER360_SERVICE_URL", values.api_url),
    Setting("CUSTOMER360_SERVICE_SECRET", values.bearer, is_secret=True),
    Setting("CUSTOMER360_HOST", values.text, "127.0.0.1"),
    Setting("CUSTOMER360_PORT", values.whole(1, 65_535), "8360"),
    Setting("CUSTOMER360_ALLOWED_ORIGINS", values.origins, ""),
    Setting("CUSTOMER360_ALLOWED_HEADERS", values.header_names, ""),
    Setting("CUSTOMER360_GET_QUERIES", values.on_off, "off"),
    Setting("CUSTOMER360_COMPRESSION", values.on_off, "on"),
    Setting("CUSTOMER360_MAX_BODY_BYTES", values.whole(1024, 1 << 30), str(1 << 20)),
    Setting("CUSTOMER360_RECEIVE_TIMEOUT_MS", values.whole(100, 600_000), "10000"),
    Setting("CUSTOMER360_KEEP_ALIVE_MS", values.whole(100, 3_600_000), "75000"),
    Setting("CUSTOMER360_MAX_CONNECTIONS", values.whole(1, 100_000), "1000"),
    Setting("CUSTOMER360_PARTIAL_STATUS", values.one_of(int, "200", "294"), "200"),
    Setting("CUSTOMER360_GRAPHIQL", values.on_off, "on"),
    Setting("CUSTOMER360_MAX_TOKENS", values.whole(100, 15_000), str(DEFAULT_LIMITS.tokens)),
    Setting("CUSTOMER360_MAX_DEPTH", values.whole(2, 100), str(DEFAULT_LIMITS.depth)),
    Setting("CUSTOMER360_MAX_ALIASES", values.whole(0, 1_000), str(DEFAULT_LIMITS.aliases)),
    Setting("CUSTOMER360_MAX_ROOT_FIELDS", values.whole(1, 1_000), str(DEFAULT_LIMITS.root_fields)),
    Setting("CUSTOMER360_MAX_FIELDS", values.whole(10, 5_000), str(DEFAULT_LIMITS.fields)),
    Setting("CUSTOMER360_MAX_COST", values.whole(10, 10_000_000), str(DEFAULT_LIMITS.cost)),
    Setting("CUSTOMER360_RATE_LIMIT", values.rate, "off"),
    Setting("CUSTOMER360_CLIENT_RATES", values.file),
    Setting("CUSTOMER360_RATE_STORE", values.one_of(str, "process", "core"), "process"),
    Setting("CUSTOMER360_NEW_DOCUMENTS", values.rate, "600/60"),
    Setting("CUSTOMER360_DOCUMENTS", values.one_of(str, *MODES), "off"),
    Setting("CUSTOMER360_DOCUMENTS_PATH", values.existing),
    Setting("CUSTOMER360_ISSUER", values.text, "urn:customer360:development"),
    Setting("CUSTOMER360_AUDIENCE", values.text, "urn:customer360"),
    Setting("CUSTOMER360_PUBLIC_URL", values.public_url),
    Setting("CUSTOMER360_TRUSTED_PROXIES", values.whole(0, 10), "0"),
    Setting("CUSTOMER360_OAUTH", values.on_off, "on"),
    Setting("CUSTOMER360_OAUTH_SECRET", values.secret, is_secret=True),
    Setting("CUSTOMER360_ISSUERS_FILE", values.file),
    Setting("CUSTOMER360_POLICY_FILE", values.file),
    Setting("CUSTOMER360_DRAIN_MS", values.whole(0, 600_000), "0"),
    Setting("CUSTOMER360_JOBS", values.on_off, "on"),
    Setting("CUSTOMER360_CHANGE_DAYS", values.whole(1, 3_650), "30"),
    Setting("CUSTOMER360_METRICS", values.on_off, "off"),
    Setting("CUSTOMER360_TRACES", values.on_off, "off"),
    Setting("CUSTOMER360_LOG_OPERATIONS", values.on_off, "off"),
    Setting("CUSTOMER360_LOG_LEVEL", values.one_of(str, "debug", "info", "warning", "error"), "info"),
)
KEYS = {setting.key: setting for setting in SETTINGS}


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read every key. Raises SettingsError for an unknown key or an invalid value."""
    _check_known(environment)
    read = {setting.name: _read(setting, environment) for setting in SETTINGS}
    own = {department: read.pop(f"{department}_database_url") for department in DEPARTMENTS}
    read["department_urls"] = {department: url for department, url in own.items() if url}
    assert read.keys() == {field.name for field in fields(Settings)}, "a key without a field, or the reverse"
    settings = Settings(**read)
    _check_service(settings)
    return settings


def _check_service(settings: Settings) -> None:
    """Raise SettingsError for service data in two places, or a service secret without a service URL."""
    if settings.service_url and "service" in settings.department_urls:
        raise SettingsError("CUSTOMER360_SERVICE_URL: CUSTOMER360_SERVICE_DATABASE_URL is set too; keep one of them")
    if settings.service_secret and not settings.service_url:
        raise SettingsError("CUSTOMER360_SERVICE_SECRET: set CUSTOMER360_SERVICE_URL too, or remove it")


def _check_known(environment: Mapping[str, str]) -> None:
    known = [*KEYS, *(key + FROM_FILE for key, setting in KEYS.items() if setting.is_secret)]
    for key in environment:
        if key.startswith(PREFIX) and key not in known and not key.startswith(FOR_TESTS):
            names = [each.removeprefix(PREFIX) for each in known]
            near = get_close_matches(key.removeprefix(PREFIX).upper(), names, n=1)
            hint = f"did you mean {PREFIX}{near[0]}?" if near else "docs/settings.md lists them"
            raise SettingsError(f"{key} is not a setting; {hint}")


def _read(setting: Setting, environment: Mapping[str, str]) -> Any:
    key, text = _key_and_text(setting, environment)
    if text is None:
        return None
    try:
        return setting.read(text.strip())
    except ValueError as error:
        raise SettingsError(f"{key}: {error}") from None


def _key_and_text(setting: Setting, environment: Mapping[str, str]) -> tuple[str, str | None]:
    """The key that is set, and its text. A secret may be in a file that the key with suffix _FILE names."""
    file_key = setting.key + FROM_FILE
    if not setting.is_secret or file_key not in environment:
        return setting.key, environment.get(setting.key, setting.default)
    if setting.key in environment:
        raise SettingsError(f"{file_key}: {setting.key} is set too; keep one of them")
    try:
        return file_key, Path(environment[file_key]).read_text()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{file_key}: cannot read the file that it names") from None
