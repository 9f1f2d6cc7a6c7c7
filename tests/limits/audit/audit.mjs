// Runs graphql-http's audit against a server, with a token, and prints what it found as JSON.
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);

function fetchFn(address, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("authorization", `Bearer ${token}`);
  return fetch(address, { ...options, headers });
}

const results = await auditServer({ url, fetchFn });
const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null }));
console.log(JSON.stringify(told));
