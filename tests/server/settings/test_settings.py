import re
from pathlib import Path

import pytest

from auth.departments import DEPARTMENTS
from server.settings.addresses import configured_addresses, database_addresses
from server.settings.environment import FROM_FILE, SETTINGS, SettingsError, load
from server.settings.values import hidden
from tests.house.project import ROOT

URL = "postgresql://kim:secret@db.example:5432/customers"


def refused(**settings: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load({f"CUSTOMER360_{key}": value for key, value in settings.items()})
    return str(caught.value)


def test_without_settings_a_laptop_works() -> None:
    settings = load({"PATH": "/bin", "CUSTOMER360": "no setting of ours"})
    assert (settings.host, settings.port, settings.graphiql) == ("127.0.0.1", 8360, True)
    assert (settings.data_dir, settings.policy_file) == (ROOT / ".customer360", None)
    assert (settings.max_body_bytes, settings.partial_status) == (1_048_576, 200)
    assert (settings.allowed_origins, settings.database_url) == (frozenset(), None)


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("PROT", "CUSTOMER360_PORT"),
        ("DATABASE_URI", "CUSTOMER360_DATABASE_URL"),
        ("FINANCE_DATABASE_ULR", "CUSTOMER360_FINANCE_DATABASE_URL"),
        ("port", "CUSTOMER360_PORT"),
        ("XYZZY", "docs/settings.md"),
        ("PORT_FILE", "did you mean CUSTOMER360_PO"),
    ],
)
def test_an_unknown_key_stops_the_start(key: str, near: str) -> None:
    message = refused(**{key: "1"})
    assert message.startswith(f"CUSTOMER360_{key} is not a setting")
    assert near in message


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("PORT", "0", "from 1 to 65535"),
        ("PORT", "65536", "from 1 to 65535"),
        ("PORT", "http", "whole number"),
        ("PORT", "", "whole number"),
        ("PORT", "-1", "whole number"),
        ("PORT", "٣", "whole number"),
        ("PORT", "9" * 5000, "from 1 to 65535"),
        ("HOST", "", "says something"),
        ("HOST", "a\0b", "says something"),
        ("SERVICE_URL", "http://tickets.example/api", "must be https"),
        ("SERVICE_URL", "https://kim:secret@tickets.example", "must be https://host/path"),
        ("SERVICE_URL", "https://tickets.example/?key=secret", "without a query"),
        ("SERVICE_SECRET", "two words", "without spaces"),
        ("SERVICE_SECRET", "a-secret", "set CUSTOMER360_SERVICE_URL too"),
        ("GRAPHIQL", "yes", "on, off"),
        ("PARTIAL_STATUS", "206", "200, 294"),
        ("MAX_BODY_BYTES", "1", "from 1024"),
        ("ALLOWED_ORIGINS", "*", "no origin"),
        ("ALLOWED_ORIGINS", "https://a.example/", "no origin"),
        ("ALLOWED_ORIGINS", "https://a.example, b.example", "'b.example'"),
        ("ALLOWED_ORIGINS", "null", "no origin"),
        ("LOG_LEVEL", "loud", "debug"),
        ("POLICY_FILE", "nowhere.toml", "no file"),
        ("DATABASE_URL", "mysql://x", "postgresql://user"),
        ("DATABASE_URL", "", "postgresql://user"),
        ("SALES_DATABASE_URL", "postgresql+asyncpg://x", "without the name of a driver"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_its_key(key: str, value: str, words: str) -> None:
    message = refused(**{key: value})
    assert message.startswith(f"CUSTOMER360_{key}: ")
    assert words in message


def test_a_bad_address_is_not_repeated() -> None:
    assert "secret" not in refused(DATABASE_URL="mysql://kim:secret@db")


def test_origins_are_a_list() -> None:
    given = "https://crm.example.com, http://localhost:3000,,http://[::1]:3000"
    settings = load({"CUSTOMER360_ALLOWED_ORIGINS": given})
    assert settings.allowed_origins == {"https://crm.example.com", "http://localhost:3000", "http://[::1]:3000"}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{URL}\n")
    settings = load({"CUSTOMER360_DATABASE_URL_FILE": str(file)})
    assert settings.database_url == URL


def test_a_secrets_file_and_value_contradict(tmp_path: Path) -> None:
    assert "keep one" in refused(DATABASE_URL=URL, DATABASE_URL_FILE=str(tmp_path))
    assert refused(DATABASE_URL_FILE=str(tmp_path / "none")).startswith("CUSTOMER360_DATABASE_URL_FILE: cannot read")


def test_only_secrets_are_read_from_files() -> None:
    assert "not a setting" in refused(HOST_FILE="x")


def test_service_lies_in_one_place() -> None:
    message = refused(SERVICE_URL="https://tickets.example", SERVICE_DATABASE_URL=URL)
    assert message == "CUSTOMER360_SERVICE_URL: CUSTOMER360_SERVICE_DATABASE_URL is set too; keep one of them"


def test_service_behind_http_has_no_database() -> None:
    settings = load({"CUSTOMER360_DATABASE_URL": URL, "CUSTOMER360_SERVICE_URL": "https://tickets.example"})
    assert database_addresses(settings) == dict.fromkeys(["core", "finance", "sales", "marketing"], URL)
    assert database_addresses(settings, {"core", "service"}) == {"core": URL}


def test_what_tests_are_told_is_no_setting() -> None:
    load({"CUSTOMER360_TEST_URL": "http://127.0.0.1:1"})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (URL, "postgresql://kim:***@db.example:5432/customers"),
        ("postgresql://kim@/c?host=here&password=secret", "postgresql://kim@/c?***"),
        ("postgresql://db/c", "postgresql://db/c"),
    ],
)
def test_an_address_is_shown_without_its_password(given: str, shown: str) -> None:
    assert hidden(given) == shown


def test_a_department_may_live_elsewhere() -> None:
    finance = "postgresql://finance.example/f"
    settings = load({"CUSTOMER360_DATABASE_URL": URL, "CUSTOMER360_FINANCE_DATABASE_URL": finance})
    assert database_addresses(settings) == dict.fromkeys(DEPARTMENTS, URL) | {"finance": finance}


def test_departments_without_an_address_live_in_the_embedded_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Path] = []

    def start(folder: Path) -> str:
        started.append(folder)
        return "postgresql://embedded"

    monkeypatch.setattr("datasources.engine.pools.embedded.start", start)
    settings = load({"CUSTOMER360_SALES_DATABASE_URL": URL, "CUSTOMER360_DATA_DIR": str(tmp_path)})
    assert database_addresses(settings) == dict.fromkeys(DEPARTMENTS, "postgresql://embedded") | {"sales": URL}
    assert started == [tmp_path / "postgres"]
    assert configured_addresses(settings) == {"sales": URL}


def test_the_page_lists_each_setting_with_its_default() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    rows = dict(re.findall(r"^\| `(CUSTOMER360_\w+)` \| (.*?) \|", page, re.MULTILINE))
    assert list(rows) == [setting.key for setting in SETTINGS]
    for setting in SETTINGS:
        assert rows[setting.key] == (f"`{setting.default}`" if setting.default else "not set")


def test_the_page_says_which_settings_may_stand_in_files() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    secrets = [setting.key for setting in SETTINGS if setting.is_secret]
    assert all(f"`{key}{FROM_FILE}`" in page for key in secrets)
