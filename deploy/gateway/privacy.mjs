// What clients and logs learn through the gateway: as much as from the whole graph, and nothing more.
import { GraphQLError } from 'graphql'

// What our errors say. A client library adds addresses, queries and variables, for answers and logs alike.
const OURS = ['code', 'department', 'coordinate', 'use', 'rule', 'article', 'remedy', 'argument']
const NO_ANSWER = ['SUBREQUEST_HTTP_ERROR', 'RESPONSE_VALIDATION_FAILED', undefined]

/** An error without the request that led to it. */
function plain(error, department) {
  const entries = OURS.filter((name) => name in (error.extensions ?? {})).map((name) => [name, error.extensions[name]])
  const extensions = Object.fromEntries(entries)
  if (NO_ANSWER.includes(extensions.code)) return unreachable(department, error.path)
  return new GraphQLError(error.message, { path: error.path, extensions })
}

/** What the whole graph says of a department that is down. */
function unreachable(department, path) {
  const code = department === 'core' ? 'CORE_UNAVAILABLE' : 'DEPARTMENT_UNAVAILABLE'
  const message = `The department ${department} cannot be reached. What it knows is missing. Try again.`
  return new GraphQLError(message, { path, extensions: { code, department } })
}

/** What a subgraph answers, or that it does not. */
async function asked(executor, request, department) {
  try {
    const result = await executor(request)
    return result.errors ? { ...result, errors: result.errors.map((error) => plain(error, department)) } : result
  } catch {
    return { data: null, errors: [unreachable(department)] }
  }
}

/** The subgraphs' accounts as one. A path below `_entities` means nothing to a client: the coordinate has to do. */
function together(accounts) {
  const found = accounts.flatMap((each) => each.withheld)
  const withheld = found.map(({ path, ...rest }) => (path[0] === '_entities' ? rest : { ...rest, path }))
  const distinct = new Map(withheld.map((each) => [JSON.stringify([each.coordinate, each.path]), each]))
  const rows = accounts.flatMap((each) => each.rows ?? [])
  const { policy, purpose } = accounts[0]
  return { policy, purpose, withheld: [...distinct.values()], ...(rows.length ? { rows } : {}) }
}

// What the subgraphs said of privacy, by the context of the operation.
const heard = new WeakMap()

export const speaksAsTheWholeGraph = {
  onSubgraphExecute({ subgraphName, executor, setExecutor }) {
    setExecutor(async (request) => {
      const result = await asked(executor, request, subgraphName)
      const privacy = result.extensions?.privacy
      if (privacy) heard.set(request.context, [...(heard.get(request.context) ?? []), privacy])
      return result
    })
  },
  onExecute: ({ args }) => ({
    onExecuteDone({ result, setResult }) {
      const accounts = heard.get(args.contextValue)
      if (accounts) setResult({ ...result, extensions: { ...result.extensions, privacy: together(accounts) } })
    },
  }),
}
