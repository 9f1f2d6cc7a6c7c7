// Composes the subgraphs into supergraph.graphql: one SDL file for each in a folder, each served where SUBGRAPH_URLS says.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compositionHasErrors, composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'

const [folder, output = 'supergraph.graphql'] = process.argv.slice(2)
// "core=http://core:8360/graphql,finance=http://finance:8360/graphql"; by default each is a host of its own name.
const urls = Object.fromEntries((process.env.SUBGRAPH_URLS ?? '').split(',').map((each) => each.split('=')))

const services = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .sort()
  .map((file) => {
    const name = file.replace('.graphql', '')
    const typeDefs = parse(readFileSync(join(folder, file), 'utf8'))
    return { name, url: urls[name] ?? `http://${name}:8360/graphql`, typeDefs }
  })

const result = composeServices(services)
if (compositionHasErrors(result)) {
  for (const error of result.errors) console.error(`${error.extensions?.code}: ${error.message}`)
  process.exit(1)
}
writeFileSync(output, result.supergraphSdl)
if (process.env.API_SCHEMA) writeFileSync(process.env.API_SCHEMA, result.publicSdl)
