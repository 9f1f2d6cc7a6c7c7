import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import orjson
import pytest

from auth.departments import DEPARTMENTS
from datasources.sample.seed import seed
from deploy.processes import HERE, ROOT, customer360
from tests.conftest import SEEDED_TODAY
from tests.federation.composers import need_node
from tests.federation.stack import free_port

PAGE = "{ customers(first: 20) { nodes { number finance { balance { amount } } marketing { loyalty { points } } } } }"


@pytest.fixture
async def environment(addresses_apart: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The departments' databases, and where the tokens' key lies."""
    need_node()
    await seed(addresses_apart, customers=20, seed=7, today=SEEDED_TODAY)
    urls = {f"CUSTOMER360_{name.upper()}_DATABASE_URL": url for name, url in addresses_apart.items()}
    return {**os.environ, **urls, "CUSTOMER360_DATA_DIR": str(tmp_path)}


@pytest.fixture
def gateway(environment: dict[str, str]) -> Iterator[str]:
    """Where the gateway of `python -m deploy.processes` answers."""
    port = free_port()
    command = [sys.executable, "-m", "deploy.processes", "--first-port", "0", "--gateway-port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = "".join(iter(process.stdout.readline, "}\n"))
        assert f"http://127.0.0.1:{port}/graphql" in printed
        yield f"http://127.0.0.1:{port}/graphql"
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_everything_starts_by_one_command_and_ends_with_it(gateway: str, environment: dict[str, str]) -> None:
    command = [*customer360(), "token", "--role", "service_agent", "--purpose", "care"]
    token = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    headers = {"authorization": f"Bearer {token.strip()}", "customer360-purpose": "care"}
    answer = httpx.post(gateway, json={"query": PAGE}, headers=headers, timeout=30)
    customers = orjson.loads(answer.content)["data"]["customers"]["nodes"]
    assert len(customers) > 10
    assert any(each["finance"]["balance"] for each in customers)
    assert any(each["marketing"]["loyalty"] for each in customers)


def test_every_service_of_the_compose_file_has_what_it_needs() -> None:
    text = (HERE / "compose.yaml").read_text()
    for department in DEPARTMENTS:
        assert f'command: ["serve", "--subgraph", "{department}"]' in text
        login = "postgres" if department == "core" else f"{department}_subgraph"
        (address,) = {
            line.split(": ", 1)[1].strip()
            for line in text.splitlines()
            if f"CUSTOMER360_{department.upper()}_DATABASE_URL" in line and f"//{login}:" in line
        }
        assert urlsplit(address).path == f"/{department}"
