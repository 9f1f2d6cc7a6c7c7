"""The command line as a newcomer meets it. What needs a database runs as the process that it is in life."""

import base64
import csv
import errno
import json
import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from auth.departments import DEPARTMENTS
from auth.policy.file import load as load_policy
from auth.tokens.keys import TrustedKeys, development_key
from auth.tokens.verifier import Verifier
from datasources.engine.pools.sessions import connected
from server.commands.cli import COMMANDS, main
from server.commands.failures import explain_failure
from server.settings.environment import load
from server.trust.identity import expected_claims
from tests.conftest import Addresses
from tests.house.project import ROOT


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


class Shell:
    """Runs commands within this process, in an empty folder, with nothing set."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self.patch = patch

    def __call__(self, *arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(int(ended.value.code or 0), out, err)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    monkeypatch.chdir(tmp_path)
    for key in list(os.environ):
        if key.startswith("CUSTOMER360_"):
            monkeypatch.delenv(key)
    monkeypatch.setenv("CUSTOMER360_DATA_DIR", str(tmp_path / ".customer360"))
    return Shell(capsys, monkeypatch)


def process(addresses: Addresses, folder: Path, *arguments: str, **settings: str) -> Ran:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CUSTOMER360_")}
    urls = {f"CUSTOMER360_{name.upper()}_DATABASE_URL": url for name, url in addresses.items()}
    command = [sys.executable, "-c", "from server.commands.cli import main; main()", *arguments]
    ran = subprocess.run(
        command,
        env={**environment, "PYTHONPATH": str(ROOT), "CUSTOMER360_DATA_DIR": str(folder / "data"), **urls, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in ran.stdout + ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


# Help and mistakes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_every_command(shell: Shell, flag: str) -> None:
    ran = shell(flag)
    assert ran.code == 0
    assert all(f"  {name} " in ran.out for name in COMMANDS)
    assert "customer360 demo" in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(shell: Shell, name: str) -> None:
    ran = shell(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: customer360 {name}")


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'graphql', 'sqlalchemy', 'asyncpg', 'starlette', 'uvicorn', 'joserfc', 'alembic'}"
    script = (
        "import sys\nfrom server.commands.cli import main\n"
        f"try: main(['--help'])\nfinally: assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    )
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)


def test_a_server_keeps_nothing_of_alembic(addresses: Addresses) -> None:
    """It would be 15 MiB of every worker."""
    script = (
        "import asyncio, sys\nfrom server.commands import serve_command\nfrom server import app, backend\n"
        f"asyncio.run(serve_command.check({addresses!r}))\n"
        "assert not {'alembic', 'mako'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "No such command 'nope'"),
        (["serve", "--prot", "1"], "--port"),
        (["serve", "--port", "http"], "'http' is not a valid integer"),
        (["token"], "--role"),
        (["token", "--role", "service_agnt"], "Did you mean service_agent?"),
        (["token", "--role", "service_agent", "--purpose", "car"], "Did you mean care?"),
        (["token", "--role", "service_agent", "--minutes", "0"], "1<=x<=1440"),
        (["policy", "explain", "--role", "auditor", "--coordinate", "Invoice.totl"], "Did you mean Invoice.total?"),
        (["policy", "matrix", "--use", "look"], "'look'"),
        (["import", "nowhere.csv", "--mapping", "nowhere.toml"], "nowhere"),
        (["policy", "matrix", "--role", "service_agnt"], "Did you mean service_agent?"),
        (["policy", "explain", "--purpose", "car", "--coordinate", "Invoice.total"], "Did you mean care?"),
        (["db"], "upgrade"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_right(shell: Shell, arguments: list[str], words: str) -> None:
    ran = shell(*arguments)
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.parametrize("command", [["config", "check"], ["token", "--role", "auditor"], ["serve"], ["demo"]])
def test_a_wrong_setting_is_2_and_one_line(shell: Shell, command: list[str]) -> None:
    shell.patch.setenv("CUSTOMER360_PROT", "1")
    ran = shell(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "customer360: CUSTOMER360_PROT is not a setting; did you mean CUSTOMER360_PORT?\n"


def test_a_policy_that_cannot_be_used_is_2_and_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("clases = 1\n")
    shell.patch.setenv("CUSTOMER360_POLICY_FILE", "mine.toml")
    ran = shell("config", "check")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "mine.toml" in ran.err


# Without a database ------------------------------------------------------------------------------------------------


def test_a_token_is_accepted_where_it_was_minted(shell: Shell, tmp_path: Path) -> None:
    ran = shell("token", "--role", "service_agent", "--purpose", "care", "--purpose", "care", "--subject", "kim")
    folder = tmp_path / ".customer360"
    note = f"customer360: a new key in {folder}; only servers with this data folder accept its tokens\n"
    assert (ran.code, ran.err) == (0, note)
    assert shell("token", "--role", "service_agent").err == ""
    wanted = expected_claims(load({}), load_policy())
    key = development_key(tmp_path / ".customer360")
    viewer = Verifier(wanted, TrustedKeys([key])).verify(ran.out.strip())
    assert (viewer.subject, viewer.viewer_class, viewer.purposes) == ("kim", "service_agent", frozenset({"care"}))


def test_a_key_file_that_others_may_read_is_named(shell: Shell, tmp_path: Path) -> None:
    assert shell("token", "--role", "auditor").code == 0
    (tmp_path / ".customer360" / "development-key.json").chmod(0o644)
    ran = shell("token", "--role", "auditor")
    assert (ran.code, ran.out) == (1, "")
    assert "chmod 600" in ran.err


def test_config_shows_what_counts_and_hides_passwords(shell: Shell) -> None:
    shell.patch.setenv("CUSTOMER360_DATABASE_URL", "postgresql://kim:secret@db/c")
    shell.patch.setenv("CUSTOMER360_GRAPHIQL", "off")
    ran = shell("config", "check", "--json")
    shown = json.loads(ran.out)
    assert shown["CUSTOMER360_DATABASE_URL"] == "postgresql://kim:***@db/c"
    assert (shown["CUSTOMER360_GRAPHIQL"], shown["CUSTOMER360_PORT"]) == ("off", "8360")
    shell.patch.setenv("CUSTOMER360_SERVICE_URL", "https://tickets.example")
    shell.patch.setenv("CUSTOMER360_SERVICE_SECRET", "a-secret")
    assert "secret" not in shell("config", "check").out.replace("_SECRET", "")


CALLS = """
source = "calls"

[columns]
number = { type = "text", missing = "missing number" }
at = { type = "timestamp", format = "%Y-%m-%d" }

[[target]]
table = "core.customer"
key = ["number"]
[target.set]
number = { column = "number" }
status = { constant = "ACTIVE" }
kind = { constant = "INDIVIDUAL" }
display_name = { column = "number" }

[[target]]
table = "service.call"
key = ["number", "at"]
[target.set]
customer_id = { id_of = "core.customer" }
direction = { constant = "INBOUND" }
started_at = { column = "at" }
duration_seconds = { constant = 60 }
"""


def test_calls_are_not_imported_where_service_is_behind_http(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "calls.toml").write_text(CALLS)
    (tmp_path / "calls.csv").write_text("number,at\nC-1,2026-11-22\n")
    shell.patch.setenv("CUSTOMER360_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    shell.patch.setenv("CUSTOMER360_SERVICE_URL", "https://tickets.example")
    ran = shell("import", "calls.csv", "--mapping", "calls.toml")
    assert (ran.code, ran.out) == (1, "")
    assert "the data of service are not in a database here: import them where they are" in ran.err


def test_explain_names_the_rule_and_the_condition(shell: Shell) -> None:
    ran = shell(
        *("policy", "explain", "--role", "service_agent", "--purpose", "care"),
        *("--coordinate", "Finance.balance", "--json"),
    )
    found = json.loads(ran.out)
    assert found["effect"] == "allow"
    assert found["rule"] in {rule.name for rule in load_policy().rules}
    assert (found["category"], found["when"]) == ("user.financial.balance", "unrestricted")


def test_explain_says_why_not(shell: Shell) -> None:
    ran = shell("policy", "explain", "--role", "service_agent", "--coordinate", "Finance.balance")
    assert ran.code == 0
    assert "withhold" in ran.out
    assert "no-purpose" in ran.out


def test_explain_and_the_matrix_tell_of_a_recent_sign_in(shell: Shell) -> None:
    officer = ("policy", "explain", "--role", "privacy_officer", "--purpose", "rights", "--json", "--coordinate")
    assert json.loads(shell(*officer, "CreditRating.score").out)["step_up"] == "signed in within 3600 s"
    assert json.loads(shell(*officer, "Customer.displayName").out)["step_up"] is None
    (line,) = (line for line in shell("policy", "matrix").out.splitlines() if line.startswith("| user.government_id"))
    assert [cell.strip() for cell in line.split("|") if "!" in cell] == ["last4!"]


def test_explain_without_a_role_lists_who_may(shell: Shell) -> None:
    balance = ("policy", "explain", "--coordinate", "Finance.balance")
    rows: list[dict[str, str]] = json.loads(shell(*balance, "--json").out)
    assert [(row["role"], row["purpose"], row["when"]) for row in rows if row["role"] == "service_agent"] == [
        ("service_agent", "care", "unrestricted")
    ]
    assert {row["effect"] for row in rows} == {"allow"}
    matrix = json.loads(shell("policy", "matrix", "--json").out)
    seen = {
        (cell["role"], cell["purpose"])
        for cell in matrix
        if cell["category"] == "user.financial.balance" and cell["rule"]
    }
    assert {(row["role"], row["purpose"]) for row in rows} == seen
    (heading, line) = shell(*balance, "--purpose", "care").out.splitlines()
    assert (heading.split()[:2], line.split()[:2]) == (["role", "purpose"], ["service_agent", "care"])
    nobody = shell("policy", "explain", "--coordinate", "Individual.birthDate", "--purpose", "care")
    assert (nobody.code, nobody.out, nobody.err) == (0, "", "No role may use this field so.\n")


def test_the_matrix_of_one_role_and_purpose(shell: Shell) -> None:
    whole = json.loads(shell("policy", "matrix", "--json").out)
    for chosen in ({"role": "service_agent"}, {"purpose": "rights"}, {"role": "data_subject", "purpose": "rights"}):
        options = [word for name, value in chosen.items() for word in (f"--{name}", value)]
        cells = json.loads(shell("policy", "matrix", "--json", *options).out)
        assert cells == [cell for cell in whole if chosen.items() <= cell.items()] != []
    ran = shell("policy", "matrix", "--role", "service_agent", "--purpose", "audit")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "customer360: no rule gives service_agent the purpose audit\n"


def test_the_matrix_is_a_page_too(shell: Shell) -> None:
    page = shell("policy", "matrix", "--html").out
    cells = json.loads(shell("policy", "matrix", "--json").out)
    assert page.startswith("<!doctype html>")
    assert page.count("<td ") == len(cells)
    for kind, count in Counter(
        "when" if cell["effect"] == "allow" and cell["when"] else cell["effect"] for cell in cells
    ).items():
        assert page.count(f'<td class="{kind}"') == count
    assert "<script" not in page
    assert "http" not in page
    one = shell("policy", "matrix", "--html", "--role", "service_agent").out
    assert one.count("<td ") == len([cell for cell in cells if cell["role"] == "service_agent"])
    assert "auditor" not in one


def test_the_matrix_has_a_row_for_each_category(shell: Shell) -> None:
    lines = shell("policy", "matrix").out.splitlines()
    assert lines[0].startswith("| category | finance_clerk / accounting |")
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1
    cells: list[dict[str, Any]] = list(csv.DictReader(shell("policy", "matrix", "--format", "csv").out.splitlines()))
    assert cells == json.loads(shell("policy", "matrix", "--json").out)
    seen = {cell["category"]: cell["effect"] for cell in cells if cell["role"] == "marketing_campaigner"}
    assert seen["user.financial.balance"] == "withhold"
    assert seen["derived.segment"] == "allow"


def test_the_schema_is_printed_as_it_is_committed(shell: Shell) -> None:
    assert shell("schema", "print").out == (ROOT / "schema" / "customer360.graphql").read_text()


@pytest.mark.parametrize(("problems", "code"), [([], 0), (["Invoice.total has no description"], 1)])
def test_schema_check_fails_on_a_problem(shell: Shell, problems: list[str], code: int) -> None:
    shell.patch.setattr("schema.build.check", lambda: problems)
    ran = shell("schema", "check")
    assert ran.code == code
    assert all(problem in ran.err for problem in problems)


def test_the_data_folder_is_the_checkouts_from_any_folder(shell: Shell, tmp_path: Path) -> None:
    shell.patch.delenv("CUSTOMER360_DATA_DIR")
    assert json.loads(shell("config", "check", "--json").out)["CUSTOMER360_DATA_DIR"] == str(ROOT / ".customer360")
    shell.patch.setenv("CUSTOMER360_DATA_DIR", "elsewhere")
    assert json.loads(shell("config", "check", "--json").out)["CUSTOMER360_DATA_DIR"] == str(ROOT / "elsewhere")
    shell.patch.setenv("CUSTOMER360_DATA_DIR", str(tmp_path))
    assert json.loads(shell("config", "check", "--json").out)["CUSTOMER360_DATA_DIR"] == str(tmp_path)


def test_without_a_checkout_the_data_folder_is_in_the_current_one(shell: Shell, tmp_path: Path) -> None:
    shell.patch.setattr("server.settings.values.CHECKOUT", tmp_path / "site-packages")
    assert load({}).data_dir == tmp_path / ".customer360"


# With a database ---------------------------------------------------------------------------------------------------


def test_tables_are_made_and_looked_at(addresses: Addresses, tmp_path: Path) -> None:
    status = process(addresses, tmp_path, "db", "status", "--json")
    assert status.code == 0
    found = json.loads(status.out)
    assert [each["department"] for each in found] == ["core", "finance", "sales", "service", "marketing"]
    assert all(each["current"] == each["head"] for each in found)
    assert process(addresses, tmp_path, "db", "upgrade").code == 0


def test_seeding_twice_is_refused_in_one_line(addresses: Addresses, tmp_path: Path) -> None:
    first = process(addresses, tmp_path, "seed", "--customers", "3", "--seed", "5")
    assert (first.code, first.out) == (0, "")
    assert "\r" not in first.err
    second = process(addresses, tmp_path, "seed", "--customers", "3")
    assert (second.code, second.err.count("\n")) == (1, 1)
    assert "data already" in second.err


def test_flags_are_proved(seeded: Addresses, tmp_path: Path) -> None:
    ran = process(seeded, tmp_path, "privacy", "verify", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["differing"] == 0


WITH_A_DATABASE = [
    ["db", "status"],
    ["db", "upgrade"],
    ["privacy", "verify"],
    ["seed"],
    ["consent", "restrict", "--customer", "C-000001"],
    ["client", "list"],
    ["user", "list"],
    ["keys", "rotate"],
    ["token", "--role", "data_subject", "--purpose", "rights", "--customer", "C-000001"],
]


@pytest.mark.parametrize("command", WITH_A_DATABASE)
def test_a_database_that_is_not_there_is_one_line(tmp_path: Path, command: list[str]) -> None:
    nowhere = "postgresql://kim:secret@127.0.0.1:1/none"
    line = "customer360: no database answers there (connection refused). Check"
    ran = process(dict.fromkeys(DEPARTMENTS, nowhere), tmp_path, *command)
    assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (1, "", f"{line} CUSTOMER360_*_DATABASE_URL")
    assert "secret" not in ran.err
    ran = process({}, tmp_path, *command, CUSTOMER360_DATABASE_URL=nowhere)
    assert (ran.code, ran.err.splitlines()[-1]) == (1, f"{line} CUSTOMER360_DATABASE_URL")


@pytest.mark.parametrize("command", [each for each in WITH_A_DATABASE if each[0] != "db"])
def test_without_tables_the_command_that_makes_them_is_named(
    database_url: str, tmp_path: Path, command: list[str]
) -> None:
    ran = process({}, tmp_path, *command, CUSTOMER360_DATABASE_URL=database_url)
    assert (ran.code, ran.out) == (1, "")
    line = "customer360: the tables are missing or outdated. Run: customer360 db upgrade"
    assert ran.err.splitlines()[-1] == line


@pytest.mark.parametrize(
    ("change", "words"),
    [({"dbname": "none"}, "no database of this name"), ({"user": "stranger"}, "refuses the login")],
)
def test_a_wrong_name_in_the_address_is_named(
    database_url: str, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    parts = urlsplit(database_url)
    path = f"/{change['dbname']}" if "dbname" in change else parts.path
    user = change.get("user", parts.username)
    address = f"postgresql://{user}@{parts.netloc.rpartition('@')[2]}{path}?{parts.query}"
    ran = process({}, tmp_path, "db", "status", CUSTOMER360_DATABASE_URL=address)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert words in ran.err
    assert ran.err.endswith("Check CUSTOMER360_DATABASE_URL\n")


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "postgres").write_text("a file")
    ran = process({}, tmp_path, "db", "status")
    folder = tmp_path / "data" / "postgres"
    assert (ran.code, ran.err) == (1, f"customer360: PostgreSQL does not start on {folder}: File exists\n")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_named_with_its_setting(addresses: Addresses, tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = process(addresses, tmp_path, command, "--port", str(port))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert f"port {port}: Address already in use. Set CUSTOMER360_HOST or CUSTOMER360_PORT" in ran.err


def test_a_full_disk_is_named() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data/rejects.csv")
    assert explain_failure(full) == ("the disk is full: /data/rejects.csv", 1)
    assert explain_failure(asyncpg.DiskFullError("relation secret")) == ("the disk of the database is full", 1)


def test_what_postgresql_says_of_rows_is_not_repeated() -> None:
    quoting = asyncpg.CheckViolationError("Failing row contains (Kim Larsson).")
    wrapped = RuntimeError("wrapped (Kim Larsson)")
    wrapped.__cause__ = quoting
    expected = ("the database does not allow these values", 1)
    assert [explain_failure(quoting), explain_failure(wrapped)] == [expected, expected]
    assert explain_failure(asyncpg.DivisionByZeroError("Kim"))[0] == "the database reports error 22012"


async def test_people_are_named_by_number_or_id(seeded: Addresses, tmp_path: Path) -> None:
    async with connected(seeded["core"]) as connection:
        ((id_, number),) = await connection.fetch("SELECT id, number FROM core.customer ORDER BY number LIMIT 1")
    for name in (number, str(id_), str(id_).upper()):
        ran = process(seeded, tmp_path, "token", "--role", "data_subject", "--purpose", "rights", "--customer", name)
        payload = ran.out.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert claims["customer"].lower() == str(id_)


BY_CUSTOMER = [
    ["consent", "restrict"],
    ["consent", "record", "--topic", "PROFILING"],
    ["client", "link", "contract"],
    ["client", "create", "App", "--contract", "c", "--purpose", "partner"],
    ["token", "--role", "data_subject", "--purpose", "rights"],
]
ID_OF_NONE = "0198b2a0-0000-7000-8000-000000000000"
# A token for an id needs no database, so that none of the id is not found.
UNKNOWN = [(command, name) for command in BY_CUSTOMER for name in ("C-999999", "kim")]
UNKNOWN += [(command, ID_OF_NONE) for command in BY_CUSTOMER if command[0] != "token"]


@pytest.mark.parametrize(("command", "reference"), UNKNOWN)
def test_an_unknown_customer_is_named(seeded: Addresses, tmp_path: Path, command: list[str], reference: str) -> None:
    ran = process(seeded, tmp_path, *command, "--customer", reference)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1] == f"customer360: there is no customer with the number or id {reference}"


def test_serving_old_tables_is_refused(database_url: str, tmp_path: Path) -> None:
    empty = dict.fromkeys(DEPARTMENTS, database_url)
    ran = process(empty, tmp_path, "serve", "--port", "0")
    assert ran.code == 1
    assert ran.err == "customer360: the tables of core are not up to date. Run: customer360 db upgrade\n"
