"""Clients with automatic persisted queries fall back to the document when the server refuses the hash."""

import pytest

from tests.clients.scripts import Scripts

pytestmark = pytest.mark.slow

# What each request had of the document, and what came of two operations.
SENT = """
import { createHash } from "node:crypto";
import { headers, url } from "./client.mjs";
const sent = [];
const watched = async (address, options) => {
  const body = options.body ? JSON.parse(options.body) : {};
  sent.push([options.method, "query" in body, "sha256Hash" in (body.extensions?.persistedQuery ?? {})]);
  return fetch(address, options);
};
const QUERY = '{ customer(by: {number: "C-000001"}) { id number } }';
"""
APOLLO = """
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
const sha256 = async (text) => createHash("sha256").update(text).digest("hex");
const http = new HttpLink({ uri: `${url}/graphql`, headers: headers("care"), fetch: watched });
const link = ApolloLink.from([createPersistedQueryLink({ sha256 }), http]);
const care = new ApolloClient({ link, cache: new InMemoryCache() });
const ask = async () => (await care.query({ query: gql(QUERY), fetchPolicy: "network-only" })).data;
"""
URQL = """
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
const exchanges = [persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange];
const fetchOptions = { headers: headers("care") };
const care = new Client({ url: `${url}/graphql`, exchanges, fetchOptions, fetch: watched, preferGetMethod: false });
const ask = async () => (await care.query(QUERY, {}, { requestPolicy: "network-only" })).data;
"""
ASK = """
const numbers = [(await ask()).customer.number, (await ask()).customer.number];
console.log(JSON.stringify({ numbers, sent }));
"""
# By the hash alone, then by the text, with the hash or without.
HASH, TEXT = ["POST", False, True], ["POST", True, False]
SENT_BY = {"apollo 3": [TEXT, TEXT], "apollo 4": [TEXT, TEXT], "urql": [TEXT, TEXT]}


@pytest.mark.parametrize("library", ["apollo 3", "apollo 4", "urql"])
def test_a_client_falls_back(scripts: Scripts, library: str) -> None:
    source = SENT + (URQL if library == "urql" else APOLLO) + ASK
    if library == "apollo 3":
        source = source.replace('"@apollo/client"', '"apollo-client-3/core/index.js"')
        source = source.replace(
            '"@apollo/client/link/persisted-queries"', '"apollo-client-3/link/persisted-queries/index.js"'
        )
    result = scripts.run(source)
    assert result["numbers"] == ["C-000001", "C-000001"]
    assert result["sent"][0] == HASH
    assert result["sent"][1:] == SENT_BY[library]
