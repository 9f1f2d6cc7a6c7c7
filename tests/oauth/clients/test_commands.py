import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey

from server.commands.cli import _run
from tests.oauth.world import CALLBACK, CUSTOMER, PASSWORD

Run = Any


@pytest.fixture(scope="module")
async def core(addresses: dict[str, str]) -> str:
    connection = await asyncpg.connect(addresses["core"])
    await connection.execute(
        "INSERT INTO core.customer (id, number, status, kind, display_name)"
        " VALUES ($1, 'C-1', 'ACTIVE', 'INDIVIDUAL', 'Kim')",
        CUSTOMER,
    )
    await connection.close()
    return addresses["core"]


@pytest.fixture
def run(core: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CUSTOMER360_DATABASE_URL", core)
    monkeypatch.setenv("CUSTOMER360_DATA_DIR", str(tmp_path))

    def command(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        codes: list[int] = []
        # In a thread, because a command runs an event loop of its own.
        thread = Thread(target=lambda: codes.append(_run(arguments)))
        thread.start()
        thread.join()
        said = capsys.readouterr()
        return codes[0], said.out, said.err

    return command


@contextmanager
def refused(outcome: tuple[int, str, str], *, says: str) -> Iterator[None]:
    code, out, err = outcome
    assert (code, out) == (1, ""), err
    assert says in err
    yield


def test_a_partners_application_is_registered_once_with_its_contract(run: Run) -> None:
    options = ["--id", "acme", "--contract", "acme", "--customer", str(CUSTOMER), "--department", "sales"]
    code, out, err = run("client", "create", "Acme", *options, "--purpose", "partner", "--json")
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert shown["client_id"] == "acme"
    assert shown["client_secret"].startswith("c360_cs_")
    assert run("client", "list")[2] == ""
    listed = next(each for each in json.loads(run("client", "list", "--json")[1]) if each["id"] == "acme")
    assert (listed["role"], listed["customers"], listed["scopes"]) == ("partner_client", 1, "sales:read")
    assert shown["client_secret"] not in json.dumps(listed)
    with refused(run("client", "create", "Acme", *options, "--purpose", "partner"), says="already"):
        pass
    assert run("client", "unlink", "acme", "--customer", str(CUSTOMER))[0] == 0
    listed = next(each for each in json.loads(run("client", "list", "--json")[1]) if each["id"] == "acme")
    assert listed["customers"] == 0


UNKNOWN = "0192f0c0-0000-7000-8000-00000000ffff"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--purpose", "care"], "could get no token"),
        (["--purpose", "care", "--role", "nobody"], "there is no role"),
        (["--purpose", "care", "--role", "data_subject"], "is for people"),
        (["--purpose", "care", "--role", "partner_client"], "needs --contract"),
        (["--purpose", "care", "--role", "auditor", "--contract", "x"], "needs --contract"),
        (["--purpose", "care", "--role", "auditor", "--public"], "cannot act by itself"),
        (["--purpose", "care", "--redirect-uri", "http://app.example.com/cb"], "must be https"),
        (["--purpose", "care", "--redirect-uri", "https://a.example/cb#x"], "no fragment"),
        (["--purpose", "care", "--redirect-uri", "https://kim@a.example/cb"], "no user"),
        (["--purpose", "care", "--redirect-uri", "javascript:alert(1)"], "must be https"),
        (["--purpose", "care", "--redirect-uri", CALLBACK, "--department", "law"], "no department"),
        (["--purpose", "care", "--redirect-uri", CALLBACK, "--category", "user.shoe"], "no category"),
        (["--purpose", "care", "--redirect-uri", CALLBACK, "--customer", str(CUSTOMER)], "--contract"),
        (["--purpose", "care", "--redirect-uri", CALLBACK, "--id", "0192f0c0-0000-7000-8000-000000000001"], "an id"),
        (
            ["--purpose", "care", "--contract", "x", "--customer", "0192f0c0-0000-7000-8000-00000000ffff"],
            "there is no customer",
        ),
    ],
)
def test_what_would_not_work_is_not_registered(run: Run, options: list[str], says: str) -> None:
    with refused(run("client", "create", "Wrong", *options), says=says):
        pass


def test_a_client_with_keys_has_no_secret(run: Run, tmp_path: Path) -> None:
    file, key = tmp_path / "jwks.json", ECKey.generate_key("P-256", {"kid": "1"}, private=True)
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    options = ["--purpose", "care", "--role", "auditor", "--jwks", str(file)]
    assert list(json.loads(run("client", "create", "Signer", *options, "--json")[1])) == ["client_id"]
    file.write_text(json.dumps({"keys": [key.as_dict(private=True)]}))
    with refused(run("client", "create", "Careless", *options), says="public keys only"):
        pass


@pytest.mark.parametrize(
    "content", ["", "[]", "7", '{"keys": [], "keys": []}', '{"keys": [{"kty": "EC", "kty": "EC"}]}']
)
def test_a_file_that_holds_no_key_set_is_named(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(content)
    options = ["--purpose", "care", "--role", "auditor", "--jwks", str(file)]
    with refused(run("client", "create", "Wrong", *options), says="in which no name occurs twice"):
        pass


def test_rotating_and_revoking_need_a_client(run: Run) -> None:
    assert run("client", "create", "Temp", "--id", "temp", "--role", "auditor", "--purpose", "audit")[0] == 0
    first = json.loads(run("client", "rotate", "temp", "--json")[1])["client_secret"]
    assert first != json.loads(run("client", "rotate", "temp", "--json")[1])["client_secret"]
    assert run("client", "revoke", "temp")[0] == 0
    for action in (("rotate", "temp"), ("revoke", "temp"), ("revoke", "nobody")):
        with refused(run("client", *action), says="there is no"):
            pass


def test_a_contract_ends_with_its_clients(run: Run) -> None:
    partner = ["--contract", "ends", "--purpose", "partner", "--customer", str(CUSTOMER)]
    assert run("client", "create", "Shop", "--id", "ends-shop", *partner)[0] == 0
    assert run("client", "create", "Till", "--id", "ends-till", *partner)[0] == 0
    assert run("client", "revoke-contract", "ends")[0] == 0
    listed = {each["id"]: (each["state"], each["customers"]) for each in json.loads(run("client", "list", "--json")[1])}
    assert (listed["ends-shop"], listed["ends-till"]) == (("revoked", 0), ("revoked", 0))
    with refused(run("client", "revoke-contract", "ends"), says="there is no"):
        pass


def test_a_user_is_added_and_nobody_sees_the_password(run: Run) -> None:
    options = ["--role", "service_agent", "--purpose", "care", "--password-stdin"]
    code, out, err = run("user", "create", "Kim", *options, "--json", stdin=f"{PASSWORD}\n")
    assert (code, err) == (0, "")
    assert json.loads(out)["username"] == "kim"
    assert PASSWORD not in run("user", "list", "--json")[1]
    with refused(run("user", "create", "KIM", *options, stdin=f"{PASSWORD}\n"), says="already"):
        pass
    assert run("user", "password", "kim", "--password-stdin", stdin="another long one 123\n")[0] == 0
    assert run("user", "revoke", "kim")[0] == 0
    with refused(run("user", "revoke", "kim"), says="there is no"):
        pass


@pytest.mark.parametrize(
    ("options", "password", "says"),
    [
        (["--role", "service_agent"], "short", "12 to 256"),
        (["--role", "service_agent"], "aaaaaaaaaaaaaaaa", "repeats"),
        (["--role", "service_agent"], "lou lou lou 12345", "username"),
        (["--role", "data_subject"], PASSWORD, "--customer"),
        (["--role", "service_agent", "--customer", str(CUSTOMER)], PASSWORD, "--customer"),
        (["--role", "partner_client"], PASSWORD, "partner's application"),
    ],
)
def test_a_user_that_could_not_sign_in_is_not_added(run: Run, options: list[str], password: str, says: str) -> None:
    arguments = ("user", "create", "lou", *options, "--purpose", "care", "--password-stdin")
    with refused(run(*arguments, stdin=f"{password}\n"), says=says):
        pass


def test_keys_rotate_with_overlap(run: Run) -> None:
    first = json.loads(run("keys", "rotate", "--json")[1])
    second = json.loads(run("keys", "rotate", "--json")[1])
    assert first["kid"] != second["kid"]
    assert first["signs_from"] < second["signs_from"]
