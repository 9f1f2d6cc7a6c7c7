// Composes the subgraphs in a folder as Apollo does, and prints what became of them as JSON. SUBGRAPH_URLS says where they are.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import apollo from '@apollo/composition'
import { parse, printSchema } from 'graphql'

const folder = process.argv[2]
const urls = JSON.parse(process.env.SUBGRAPH_URLS ?? '{}')
const services = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .sort()
  .map((file) => {
    const name = file.replace('.graphql', '')
    const typeDefs = parse(readFileSync(join(folder, file), 'utf8'))
    return { name, url: urls[name] ?? `http://${name}.example/graphql`, typeDefs }
  })

const { errors, hints, schema, supergraphSdl } = apollo.composeServices(services)
const composed = errors
  ? { errors: errors.map((error) => `${error.extensions?.code}: ${error.message}`) }
  : {
      hints: hints.map((hint) => `${hint.definition.code}: ${hint.message}`),
      supergraph: supergraphSdl,
      api: printSchema(schema.toAPISchema().toGraphQLJSSchema()),
    }
process.stdout.write(JSON.stringify(composed))
