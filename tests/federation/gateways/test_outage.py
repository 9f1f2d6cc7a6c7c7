import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.federation.gateways.test_gateway import CARD, an_invoice, unshared_numbers
from tests.federation.stack import Stack
from tests.federation.subgraph import CARE, PAYMENT

pytestmark = pytest.mark.alone
CLIENTS = 16


@pytest.fixture
async def phone(stack: Stack) -> AsyncIterator[str]:
    """A number that everything is known of; afterwards everybody answers again."""
    yield (await unshared_numbers(stack))[0]
    for name, process in stack.processes.items():
        if process.poll() is not None:
            stack.restart(name)
        stack.thaw(name)


async def ask(stack: Stack, phone: str) -> Any:
    """One answer. It is waited for as long as a client waits, no longer."""
    return await stack.ask("gateway", CARD, CARE, phone=phone)


async def keep_asking(stack: Stack, phone: str, until: float) -> list[Any]:
    answers = []
    while time.monotonic() < until:
        answers.append(await ask(stack, phone))
    return answers


async def while_clients_ask(stack: Stack, phone: str, seconds: float) -> list[Any]:
    until = time.monotonic() + seconds
    found = await asyncio.gather(*(keep_asking(stack, phone, until) for _ in range(CLIENTS)))
    return [each for answers in found for each in answers]


async def its_objects_are_unknown(stack: Stack, bill: str) -> None:
    """Whether finance's object is there, finance alone knows."""
    for selection in ("id", "... on Invoice { number }"):
        answer = await stack.ask("gateway", f"query($id: ID!) {{ node(id: $id) {{ {selection} }} }}", PAYMENT, id=bill)
        assert answer["data"] == {"node": None}
        assert {tuple(each["path"]) for each in answer["errors"]} == {("node",)}
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"DEPARTMENT_UNAVAILABLE"}


@pytest.mark.parametrize("name", ["marketing", "finance"])
@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_one_that_is_gone_costs_its_own_fields_only(stack: Stack, phone: str, name: str, how: str) -> None:
    whole, bill = await ask(stack, phone), await an_invoice(stack)
    assert "errors" not in whole
    # Opens every connection; what follows is about the outage alone.
    await while_clients_ask(stack, phone, 0.5)
    asking = asyncio.create_task(while_clients_ask(stack, phone, 4))
    await asyncio.sleep(0.5)
    stack.kill(name) if how == "killed" else stack.freeze(name)
    answers = await asking
    without = {"customer": {**whole["data"]["customer"], name: None}}
    assert str(without) in {str(answer["data"]) for answer in answers} <= {str(whole["data"]), str(without)}
    for answer in answers:
        lost = answer["data"] == without
        reported = [(each["path"], each["extensions"]) for each in answer.get("errors", ())]
        why = {"code": "DEPARTMENT_UNAVAILABLE", "department": name}
        assert reported == ([(["customer", name], why)] if lost else [])
    if name == "finance":
        await its_objects_are_unknown(stack, bill)
    stack.restart(name) if how == "killed" else stack.thaw(name)
    for _ in range(3):
        again = await ask(stack, phone)
        assert again["data"] == whole["data"]


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_without_core_nothing_personal_is_shown(stack: Stack, phone: str, how: str) -> None:
    stack.kill("core") if how == "killed" else stack.freeze("core")
    answer = await ask(stack, phone)
    assert answer["data"] == {"customer": None}
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["CORE_UNAVAILABLE"]
    assert phone not in stack.gateway_log.read_text()
    assert "representations" not in stack.gateway_log.read_text()
