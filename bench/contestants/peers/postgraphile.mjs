// PostGraphile 5 over the views of postgraphile.sql.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { printSchema } from 'graphql';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const { PGHOST, PGUSER, PGDATABASE, BENCH_POOL, PRINT_SCHEMA } = process.env;
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: `socket://${PGUSER}@${PGHOST}?db=${PGDATABASE}`,
      schemas: ['peers'],
      poolConfig: { max: Number(BENCH_POOL) },
    }),
  ],
  // Views have no indexes of their own to look at; without this their relations would be left out.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  schema: { defaultBehavior: 'list -connection' },
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false },
});
if (PRINT_SCHEMA) {
  writeFileSync(PRINT_SCHEMA, printSchema(await pgl.getSchema()));
  process.exit(0);
}
const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(Number(process.argv[2]), '127.0.0.1');
