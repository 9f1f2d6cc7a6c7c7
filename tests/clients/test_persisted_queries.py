"""Clients with automatic persisted queries fall back to the document: Apollo Client 3 and 4, urql."""

import pytest

from tests.clients.scripts import Scripts

pytestmark = pytest.mark.slow

# Keeps the body of each request, and how the server answered.
NETWORK = """
import { url, headers } from "./client.mjs";
const bodies = [];
const counted = async (target, options) => {
  const body = JSON.parse(options.body);
  bodies.push([options.method, "query" in body, "persistedQuery" in (body.extensions ?? {})]);
  return fetch(target, options);
};
"""
APOLLO = """
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const link = ApolloLink.from([
  new PersistedQueryLink({ sha256 }),
  new HttpLink({ uri: `${url}/graphql`, fetch: counted, headers: headers("care") }),
]);
const client = new ApolloClient({ link, cache: new InMemoryCache() });
const ask = async (text) => (await client.query({ query: gql(text), fetchPolicy: "network-only" })).data.viewer.role;
"""
APOLLO_3 = (
    APOLLO.replace('"@apollo/client"', '"apollo-client-3/core/index.js"')
    .replace('"@apollo/client/link/persisted-queries"', '"apollo-client-3/link/persisted-queries/index.js"')
    .replace("{ PersistedQueryLink }", "{ createPersistedQueryLink }")
    .replace("new PersistedQueryLink", "createPersistedQueryLink")
)
URQL = """
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
const client = new Client({
  url: `${url}/graphql`,
  exchanges: [persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange],
  fetchOptions: { headers: headers("care") },
  fetch: counted,
  preferGetMethod: false,
});
const ask = async (text) => {
  const { data, error } = await client.query(text, {});
  if (error) throw error;
  return data.viewer.role;
};
"""
STEPS = """
const roles = [await ask("query A { viewer { role } }"), await ask("query B { viewer { role } }")];
console.log(JSON.stringify({ roles, bodies }));
"""


@pytest.mark.parametrize("library", [APOLLO, APOLLO_3, URQL], ids=["apollo 4", "apollo 3", "urql"])
def test_a_client_sends_the_document_after_the_hash(scripts: Scripts, library: str) -> None:
    answer = scripts.run(NETWORK + library + STEPS)
    assert answer["roles"] == ["service_agent"] * 2
    # The hash alone, then the document; from then on the client sends documents only.
    assert answer["bodies"] == [["POST", False, True], ["POST", True, False], ["POST", True, False]]
