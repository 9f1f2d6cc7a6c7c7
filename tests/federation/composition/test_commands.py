import subprocess
from pathlib import Path

import pytest

from auth.departments import DEPARTMENTS
from deploy.processes import ROOT, customer360
from schema.build import SDL_FILE
from schema.changes import Changes, NotASchemaError, changes_since
from schema.federation.subgraphs import build_subgraph


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*customer360(), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_subgraph_is_printed(department: str) -> None:
    done = run("schema", "print", "--subgraph", department)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == build_subgraph(department).sdl


def test_a_subgraph_is_printed_for_gateways_that_cannot_guard_fields() -> None:
    done = run("schema", "print", "--subgraph", "finance", "--without-access")
    assert "finance: Finance @data(" in done.stdout
    assert "@authenticated" not in done.stdout
    assert "@requiresScopes" not in done.stdout


@pytest.mark.parametrize("command", [["schema", "print"], ["serve"]])
def test_an_unknown_subgraph_is_refused(command: list[str]) -> None:
    done = run(*command, "--subgraph", "billing")
    assert done.returncode == 2
    assert "'billing' is not one of 'core', 'finance'" in done.stderr


def test_a_change_that_breaks_clients_fails(tmp_path: Path) -> None:
    older = tmp_path / "older.graphql"
    older.write_text(SDL_FILE.read_text() + "\nextend type Service { waiting: Int }\n")
    done = run("schema", "check", "--against", str(older))
    assert done.returncode == 1
    assert "FIELD_REMOVED: Field Service.waiting was removed." in done.stderr


def test_a_dangerous_change_is_listed_and_passes(tmp_path: Path) -> None:
    """A client of the older schema does not know the new value."""
    older = tmp_path / "older.graphql"
    older.write_text(SDL_FILE.read_text().replace("  CSAT\n", ""))
    done = run("schema", "check", "--against", str(older))
    assert done.returncode == 0
    assert done.stderr == "dangerous, not breaking: VALUE_ADDED_TO_ENUM: Enum value FeedbackKind.CSAT was added.\n"


def test_a_change_that_adds_is_none() -> None:
    older = SDL_FILE.read_text().replace("  openTicketCount: Int @data", "  openCount: Int @data")
    assert changes_since(older) == Changes(["FIELD_REMOVED: Field Service.openCount was removed."], [])
    assert changes_since(SDL_FILE.read_text()) == Changes([], [])


@pytest.mark.parametrize("text", ["# Read me", "", "type Query { a: Nothing }", "query { customers { totalCount } }"])
def test_what_is_no_schema_cannot_be_compared_with(text: str) -> None:
    with pytest.raises(NotASchemaError):
        changes_since(text)
