"""Apollo Client 3 and 4 and urql with the page's configuration: lists are kept, pages join, errors arrive."""

import re
from typing import Any

import pytest

from tests.clients.scripts import BLOCKS, Scripts

pytestmark = pytest.mark.slow

APOLLO_3 = "apollo3.mjs"
# Where a list and then a page of one of its customers select different fields of the same objects.
LIST = "query List { customers(first: 40) { nodes { id number finance { id balance { amount currency } } } } }"
CARD = """query Card($id: ID!) { customer(by: {id: $id}) {
  id finance { id overdue { amount } credit { terms { netDays } } } } }"""
PAGE = """query Page($after: String) { customers(first: 20, after: $after) {
  nodes { id number } pageInfo { hasNextPage endCursor } } }"""
BIRTHDAY = '{ customer(by: {number: "C-000001"}) { id party { ... on Individual { birthDate } } } }'
UNUSABLE = "{ customers(first: 0) { nodes { number } } }"

# The same four steps by each library: `query` gives data, errors and whether the network was used.
STEPS = """
const list = await query(LIST, {});
await query(CARD, { id: list.data.customers.nodes[0].id });
const again = await cached(LIST, {});
const one = await query(PAGE, {});
await query(PAGE, { after: one.data.customers.pageInfo.endCursor });
const pages = await cached(PAGE, {});
await query(BIRTHDAY, {});
const isKept = (each) => "balance" in (each.finance ?? {});
const refused = await query(UNUSABLE, {});
console.log(JSON.stringify({
  listed: list.data.customers.nodes.length,
  kept: again.data === null ? null : again.data.customers.nodes.filter(isKept).length,
  paged: pages.data.customers.nodes.length,
  distinct: new Set(pages.data.customers.nodes.map((each) => each.number)).size,
  reasons: reports.flatMap((privacy) => privacy.withheld.map((each) => each.coordinate)),
  code: refused.codes,
}));
"""
KEPT = """
console.log(again.data.customers.nodes.filter((each) => "balance" in (each.finance ?? {})).length);
"""
APOLLO = """
import { gql } from "@apollo/client";
import { client } from "./apollo.mjs";
const reports = [];
const care = client("care", (privacy) => privacy && reports.push(privacy));
const query = async (text, variables) => {
  const { data, error, errors } = await care.query({ query: gql(text), variables, fetchPolicy: "network-only" });
  return { data, codes: (errors ?? error?.errors ?? []).map((each) => each.extensions.code) };
};
const cached = async (text, variables) => ({ data: care.readQuery({ query: gql(text), variables }) });
"""
URQL = """
import { client } from "./urql.mjs";
const reports = [];
const care = client("care", (privacy) => privacy && reports.push(privacy));
const query = async (text, variables) => {
  const { data, error } = await care.query(text, variables, { requestPolicy: "network-only" });
  return { data, codes: (error?.graphQLErrors ?? []).map((each) => each.extensions.code) };
};
const cached = async (text, variables) => {
  const { data } = await care.query(text, variables, { requestPolicy: "cache-only" });
  return { data: data ?? null };
};
"""
DOCUMENTS = {"LIST": LIST, "CARD": CARD, "PAGE": PAGE, "BIRTHDAY": BIRTHDAY, "UNUSABLE": UNUSABLE}


def by_version_3(source: str) -> str:
    return source.replace('"@apollo/client"', '"apollo-client-3/core/index.js"').replace("apollo.mjs", APOLLO_3)


def script(library: str, steps: str = STEPS) -> str:
    constants = "".join(f"const {name} = `{text}`;\n" for name, text in DOCUMENTS.items())
    source = URQL if library == "urql" else APOLLO
    return (by_version_3(source) if library == "apollo 3" else source) + constants + steps


def test_a_cache_without_configuration_keeps_lists(scripts: Scripts) -> None:
    """Because what a department knows of a customer has an id, it is merged and not replaced."""
    bare = re.sub(r"typePolicies: \{.*?\n    \},\n", "", BLOCKS["apollo.mjs"], flags=re.DOTALL)
    assert "merge: true" not in bare
    (scripts.folder / "bare.mjs").write_text(bare)
    steps = STEPS[: STEPS.index("const one")] + KEPT
    assert scripts.run(script("apollo 4", steps).replace("./apollo.mjs", "./bare.mjs")) == 40


@pytest.mark.parametrize("library", ["apollo 3", "apollo 4", "urql"])
def test_a_client(scripts: Scripts, library: str) -> None:
    (scripts.folder / APOLLO_3).write_text(by_version_3(BLOCKS["apollo.mjs"]))
    result: dict[str, Any] = scripts.run(script(library))
    assert result == {
        "listed": 40,
        "kept": 40,
        "paged": 40,
        "distinct": 40,
        "reasons": ["Individual.birthDate"],
        "code": ["BAD_USER_INPUT"],
    }
