// What the peers that are written by hand share: a pool, prepared statements, and batches by customer or by parent.
import { readFileSync } from 'node:fs';
import DataLoader from 'dataloader';
import pg from 'pg';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
export const port = Number(process.argv[2]);
export const typeDefs = read('schema.graphql');
const specs = JSON.parse(read('loaders.json'));

// Dates and moments stay text: nobody needs Date objects on the way to JSON.
pg.types.setTypeParser(1082, (text) => text);
pg.types.setTypeParser(1184, (text) => text);
const pool = new pg.Pool({ max: Number(process.env.BENCH_POOL) });
pool.on('connect', (client) => client.query("SET timezone = 'UTC'"));

const rows = async (name, values) => (await pool.query({ name, text: specs[name].sql, values })).rows;

// Keys in, for each of them its row or its rows out. Rows of a parent are found by customer and parent.
export async function batch(name, keys, args = []) {
  const spec = specs[name];
  const ids = keys.map((key) => key.id ?? key);
  const found = await rows(name, spec.pair ? [ids, keys.map((key) => key.customerId), ...args] : [ids, ...args]);
  const by = new Map();
  for (const row of found) {
    const list = by.get(row.k);
    if (list === undefined) by.set(row.k, spec.one ? row : [row]);
    else if (!spec.one) list.push(row);
  }
  return ids.map((id) => by.get(id) ?? (spec.one ? null : []));
}

export function context() {
  const loaders = new Map();
  return {
    load(name, key, ...args) {
      const group = name + args.join();
      let loader = loaders.get(group);
      if (loader === undefined) {
        loader = new DataLoader((keys) => batch(name, keys, args), { cacheKeyFn: (each) => each.id ?? each });
        loaders.set(group, loader);
      }
      return loader.load(key);
    },
  };
}

export const queries = {
  async customer(_, { by }) {
    return (by.id ? await batch('byId', [by.id]) : await rows('byPhone', [by.phone]))[0] ?? null;
  },
  async customers(_, { first, after, filter }) {
    if (!filter) return { nodes: await rows('page', [after, first]) };
    return { nodes: await rows('filtered', [filter.statuses, filter.countries, filter.sinceFrom, first]) };
  },
};

// A department's object is the customer's id; what it holds is loaded when it is asked for.
const itself = ({ id }) => ({ id });
export const departments = { privacy: itself, finance: itself, sales: itself, service: itself, marketing: itself };
export const total = ({ amount, currency }) => (amount === null ? null : { amount, currency });
export const nodes = (list) => ({ nodes: list });
export const terms = (row) => (row === null ? null : { terms: { netDays: row.netDays } });
