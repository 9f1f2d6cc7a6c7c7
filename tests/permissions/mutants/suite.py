"""A small fixed suite that tells a sound server from a leaking one: some twins, and direct questions."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import orjson

from auth.departments import DEPARTMENTS
from auth.policy.file import POLICY_FILE, load
from auth.policy.reach import Reach, RowScope
from auth.policy.rules import Policy
from auth.viewer import Viewer
from datasources.departments import SHAPES
from datasources.engine.running.databases import Databases
from resolvers.documents.library import Documents
from resolvers.documents.limits import UNLIMITED
from resolvers.graph import Graph
from tests.oracle.world import World
from tests.permissions.world import worlds
from tests.permissions.world.askers import CONTRACT, Asker
from tests.permissions.world.matrix import Matrix
from tests.permissions.world.probes import LISTS, NODE, NUMBERED, ONE, Probe
from tests.permissions.world.twins import Twin
from tests.permissions.world.worlds import Memory, Pair, ask

Leak = str | None

# What a server under test is built from; a mutant may put others here.
shapes = SHAPES


def build(policy: Policy, databases: Databases) -> Graph:
    graph = Graph(worlds.the_contract(), shapes, policy, databases, Memory(), worlds.PATIENT_MS, UNLIMITED)
    graph._documents = _documents()
    return graph


@cache
def _documents() -> Documents:
    """No mutant touches how documents are read, and to read them takes as long as to answer."""
    return Documents(worlds.the_contract(), UNLIMITED)


def suspects(matrix: Matrix) -> list[Asker]:
    """Askers who between them meet every kind of protection."""
    return [
        Asker(matrix, "service_agent", "care"),
        Asker(matrix, "auditor", "audit"),
        Asker(matrix, "partner_client", "partner", RowScope(Reach.LINKED, CONTRACT)),
        Asker(matrix, "sales_rep", "order", RowScope(Reach.TERRITORY, "NORTH")),
        Asker(matrix, "marketing_analyst", "profiling"),
        Asker(matrix, "marketing_campaigner", "direct_marketing"),
        Asker(matrix, "credit_officer", "credit"),
        Asker(matrix, "finance_clerk", "accounting"),
    ]


def fixed_cases(one: World, other: World) -> Iterator[Probe]:
    """Every list from its start and from some cursors, and some of every way to find one thing, of both worlds."""
    rng = Random("fixed cases")  # noqa: S311 - repeatable, not secret
    customers = sorted(one.tables["core.customer"], key=lambda row: str(row["id"]))
    cursors = [str(row["id"]) for row in customers if row["status"] == "ERASED" or row["flags"] & 64][:6]
    for document in LISTS:
        yield document, {"n": 100}
        for cursor in (*cursors, str(customers[40]["id"])):
            yield document, {"n": 25, "after": cursor}
    for world in (one, other):
        yield from _probes(world, rng)


def _probes(world: World, rng: Random) -> Iterator[Probe]:
    tables = world.tables
    for row in rng.sample(list(tables["core.customer"]), 14):
        yield ONE, {"by": {"number": row["number"]}}
        yield LISTS[0], {"n": 100, "f": {"nameStartsWith": row["display_name"][:2]}}
    for row in rng.sample(list(tables["core.contact_point"]), 24):
        if row["kind"] != "POSTAL" and row["value"] is not None:
            key = "phone" if row["kind"] == "PHONE" else "email"
            yield ONE, {"by": {key: row["value"]}}
            yield LISTS[0], {"n": 100, "f": {key: row["value"]}}
    for row in rng.sample(list(tables["core.identifier"]), min(4, len(tables["core.identifier"]))):
        yield ONE, {"by": {"identifier": f"{row['system']}:{row['type']}:{row['value']}"}}
    for table, root in NUMBERED.items():
        over = [row for row in tables[table] if row["retain_until"] is not None]
        for row in rng.sample(over, min(4, len(over))):
            document = f"query ($n: String!) {{ {root}(number: $n) {{ id number customer {{ id number }} }} }}"
            yield document, {"n": row["number"]}
            yield NODE, {"id": f"{root.capitalize()}_{row['customer_id']}_{row['id']}"}


@dataclass(frozen=True)
class Suite:
    """The worlds, opened once; the server under test is built anew for each run."""

    matrix: Matrix
    policy: Policy
    one: Databases
    twins: Mapping[Asker, tuple[Databases, list[Probe]]]
    facts: Mapping[str, str]
    variants: Mapping[str, Policy] = field(default_factory=dict)

    async def leak(self) -> Leak:
        """The first thing that comes out, in words; None if nothing does."""
        for question in _QUESTIONS:
            told = await question(self)
            if told is not None:
                return told
        graph = build(self.policy, self.one)
        await self._warm(graph)
        for asker, (databases, cases) in self.twins.items():
            other = build(self.policy, databases)
            other.plans = graph.plans
            told = await _difference(Pair(graph, other), asker, cases)
            if told is not None:
                return told
        return None

    async def _warm(self, graph: Graph) -> None:
        """The asker who may see more comes first: another asker must not get their plans."""
        for role, purpose in (("privacy_officer", "rights"), ("sales_rep", "order"), ("finance_clerk", "payment")):
            for document in (*LISTS, ONE):
                given = {"by": {"number": "C-000001"}} if document is ONE else {"n": 100}
                await ask(graph, document, Asker(self.matrix, role, purpose).viewer, **given)

    def viewer(self, role: str, purpose: str) -> Viewer:
        return Asker(self.matrix, role, purpose).viewer


async def _difference(pair: Pair, asker: Asker, cases: list[Probe]) -> Leak:
    for document, variables in cases:
        one, other = await pair.ask(document, asker.viewer, **variables)
        if (one.outcome, one.body) != (other.outcome, other.body):
            return f"{asker.name} tells the worlds apart by {document[:90]}… {variables}"
    return None


# --- Direct questions, for secrets that are equal in both worlds, or that need another policy


async def _reasons(suite: Suite) -> Leak:
    """Reasons for rows are shown only to classes that may read privacy states."""
    document = "query ($by: CustomerBy!) { customer(by: $by) { language phoneNumbers { number } } }"
    given = {"by": {"number": suite.facts["restricted"]}}
    answer = await ask(build(suite.policy, suite.one), document, suite.viewer("finance_clerk", "payment"), **given)
    return "a clerk is told why a row is withheld" if b'"rows"' in answer.body else None


async def _reasons_of_nothing(suite: Suite) -> Leak:
    """What is past its retention has no owner any more."""
    document = "query ($n: String!) { ticket(number: $n) { customer { sales { recommendations { kind } } } } }"
    viewer = suite.viewer("service_agent", "care")
    answer = await ask(build(suite.policy, suite.one), document, viewer, n=suite.facts["expired ticket"])
    return "the owner of an expired ticket is named" if suite.facts["its owner"].encode() in answer.body else None


async def _structure(suite: Suite) -> Leak:
    """A filter that was planned for one field is not replayed for another."""
    document = "query ($f: CustomerFilter!) { customers(filter: $f, first: 100) { totalCount } }"
    graph, viewer = build(suite.policy, suite.one), suite.viewer("auditor", "audit")
    await ask(graph, document, viewer, f={"kind": "INDIVIDUAL"})
    answer = await ask(graph, document, viewer, f={"nameStartsWith": "a"})
    return None if answer.code == "USE_WITHHELD" else "an auditor filters by names"


async def _counts(suite: Suite) -> Leak:
    document = "query ($by: CustomerBy!) { customer(by: $by) { finance { invoices { totalCount } } } }"
    graph = build(suite.variants["counts withheld"], suite.one)
    given = {"by": {"number": suite.facts["ordinary"]}}
    answer = await ask(graph, document, suite.viewer("finance_clerk", "accounting"), **given)
    found = orjson.loads(answer.body)["data"]["customer"]["finance"]["invoices"]["totalCount"]
    return None if found is None else "a count is shown without the right to aggregate"


async def _money(suite: Suite) -> Leak:
    document = "query ($by: CustomerBy!) { customer(by: $by) { finance { invoices { nodes { total { amount } } } } } }"
    graph = build(suite.variants["invoices masked"], suite.one)
    given = {"by": {"number": suite.facts["ordinary"]}}
    answer = await ask(graph, document, suite.viewer("finance_clerk", "accounting"), **given)
    nodes = orjson.loads(answer.body)["data"]["customer"]["finance"]["invoices"]["nodes"]
    return None if nodes and all(each["total"] is None for each in nodes) else "masked money is shown"


async def _derived(suite: Suite) -> Leak:
    document = "query ($by: CustomerBy!) { customer(by: $by) { marketing { scores { computedAt } } } }"
    graph = build(suite.variants["orders withheld"], suite.one)
    given = {"by": {"number": suite.facts["scored"]}}
    answer = await ask(graph, document, suite.viewer("privacy_officer", "rights"), **given)
    scores = orjson.loads(answer.body)["data"]["customer"]["marketing"]["scores"]
    return None if scores is None else "scores are shown without the orders that they come from"


async def _owner(suite: Suite) -> Leak:
    document = "query ($n: String!) { invoice(number: $n) { number customer { displayName } } }"
    graph = build(suite.variants["customers withheld"], suite.one)
    answer = await ask(graph, document, suite.viewer("finance_clerk", "accounting"), n=suite.facts["invoice"])
    return None if orjson.loads(answer.body)["data"] == {"invoice": None} else "an invoice leads to a withheld customer"


_QUESTIONS = (_reasons, _reasons_of_nothing, _structure, _counts, _money, _derived, _owner)

_INVOICES = '"user.financial.balance", "user.financial.invoice", "user.financial.payment", "user.financial.dunning", '
_IDENTITY = 'data = ["user.unique_id", "user.name", "user.organization", "user.contact.address"'
_EDITS = {
    "counts withheld": ('uses = ["item", "filter", "order", "aggregate", "lookup"]', 'uses = ["item"]'),
    "invoices masked": (
        'uses = ["item", "filter", "order", "aggregate", "lookup"]',
        'uses = ["item"]\neffect = "mask"\nmask = "last4"',
    ),
    "orders withheld": ('"user.financial.credit_score", "user.purchase.order", ', '"user.financial.credit_score", '),
    "customers withheld": (_IDENTITY, _IDENTITY.replace('"user.unique_id", ', "")),
}


def variants(folder: Path) -> dict[str, Policy]:
    """Policies under which protections matter that the server's own happens not to need."""
    found = {}
    for name, (before, after) in _EDITS.items():
        text = POLICY_FILE.read_text()
        assert before in text
        path = folder / "policy.toml"
        path.write_text(text.replace(before, after, 1))
        found[name] = load(path)
    return found


_FACTS = {
    "restricted": "SELECT number FROM core.customer WHERE flags & 64 <> 0 AND status <> 'ERASED' ORDER BY number",
    "ordinary": """
        SELECT c.number FROM core.customer c JOIN finance.invoice i ON i.customer_id = c.id AND i.retain_until > now()
        WHERE c.flags & 64 = 0 AND c.status <> 'ERASED' ORDER BY c.number""",
    "scored": """
        SELECT c.number FROM core.customer c JOIN marketing.score s ON s.customer_id = c.id
        WHERE c.status <> 'ERASED' ORDER BY c.number""",
    "invoice": """
        SELECT i.number FROM core.customer c JOIN finance.invoice i ON i.customer_id = c.id AND i.retain_until > now()
        WHERE c.status <> 'ERASED' ORDER BY i.number""",
    "expired ticket": """
        SELECT t.number FROM core.customer c JOIN service.ticket t ON t.customer_id = c.id
        WHERE c.flags & 96 = 32 AND t.retain_until < '2020-01-01' ORDER BY t.number""",
    "its owner": """
        SELECT c.id::text FROM core.customer c JOIN service.ticket t ON t.customer_id = c.id
        WHERE c.flags & 96 = 32 AND t.retain_until < '2020-01-01' ORDER BY t.number""",
}
# One that objects, with a ticket that is over: a sample need not have one.
_EXPIRED_TICKET = (
    """
    INSERT INTO core.privacy_event (customer_id, topic, state, occurred_at, recorded_via)
    SELECT id, 'LEGITIMATE_INTEREST', 'OBJECTED', now(), 'CORE' FROM core.customer
    WHERE flags & 64 = 0 AND status <> 'ERASED' AND id IN (SELECT customer_id FROM service.ticket) ORDER BY id LIMIT 1
    """,
    """
    UPDATE service.ticket SET retain_until = '2001-01-01' WHERE customer_id IN
        (SELECT id FROM core.customer WHERE flags & 96 = 32 AND status <> 'ERASED')
    """,
)


async def furnished(address: str) -> dict[str, str]:
    """Make sure of what the direct questions ask about, and say what it is."""
    await worlds.run(address, *_EXPIRED_TICKET)
    return {name: await worlds.value(address, query) for name, query in _FACTS.items()}


@asynccontextmanager
async def opened(
    address: str, rows: World, copy: Callable[[], Any], policy: Policy, facts: Mapping[str, str], folder: Path
) -> AsyncIterator[Suite]:
    matrix = Matrix()
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(_database(address))
        twins = {}
        for asker in suspects(matrix):
            twin = Twin(rows.tables, asker, Random(asker.name)).made()  # noqa: S311 - repeatable, not secret
            other = await copy()
            await worlds.rewrite(other, twin)
            cases = list(fixed_cases(rows, World({**rows.tables, **twin})))
            twins[asker] = await stack.enter_async_context(_database(other)), cases
        yield Suite(matrix, policy, one, twins, facts, variants(folder))


@asynccontextmanager
async def _database(address: str) -> AsyncIterator[Databases]:
    """All departments in one database, by a name that is the same for every world."""
    async with Databases.open(dict.fromkeys(DEPARTMENTS, address), pool_size=2, timeout_ms=worlds.PATIENT_MS) as found:
        yield Databases(dict.fromkeys(DEPARTMENTS, "here"), {"here": found[address]})
