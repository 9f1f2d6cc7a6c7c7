// `node(id:)` of a department's object: core knows whose it would be, only its owner whether it is there. So the owner
// is asked in any case, and what it does not know is null, as in the whole graph.
import { GraphQLError, Kind, parse, visit } from 'graphql'

// Every object but a customer says whose it is, and no rule governs that.
const MARK = '_owned'
const MOST_COMBINATIONS = 100
const marks = new Map()
const marked = new WeakMap()

/** The type that an id names, if it is one of an object that has an owner. */
function typeIn(id, schema) {
  const [name, , row] = String(id).split('_')
  return row && schema.getType(name)?.getFields?.().customer ? name : undefined
}

/** What `node` is asked for in addition. */
function markOf(type) {
  if (!marks.has(type)) {
    const { definitions } = parse(`{ ... on ${type} { ${MARK}: customer { id } } }`)
    marks.set(type, definitions[0].selectionSet.selections[0])
  }
  return marks.get(type)
}

/** The types of the operation's `node` fields, in the order in which they stand. */
function nodesIn({ document, schema, variableValues }) {
  const types = []
  visit(document, {
    Field(field) {
      const id = field.name.value === 'node' && field.arguments?.find((each) => each.name.value === 'id')?.value
      if (!id) return
      types.push(typeIn(id.kind === Kind.VARIABLE ? variableValues?.[id.name.value] : id.value, schema))
    },
  })
  return types
}

/** The document with the marks. One object for each combination of types, since plans are kept by document. */
function withMarks(document, types) {
  if (!marked.has(document)) marked.set(document, new Map())
  const known = marked.get(document)
  const key = types.join()
  // A client that tries every combination must not fill the memory.
  if (known.size >= MOST_COMBINATIONS) known.clear()
  if (!known.has(key)) known.set(key, marking(document, [...types]))
  return known.get(key)
}

function marking(document, types) {
  return visit(document, {
    Field(field) {
      const isNode = field.name.value === 'node' && field.arguments?.some((each) => each.name.value === 'id')
      const type = isNode ? types.shift() : undefined
      if (!type || !field.selectionSet) return
      const selections = [...field.selectionSet.selections, markOf(type)]
      return { ...field, selectionSet: { ...field.selectionSet, selections } }
    },
  })
}

const isMarked = (value) => value !== null && typeof value === 'object' && MARK in value
const isGone = (value) => isMarked(value) && value[MARK] === null

/** A root field's value without its mark; null where the owner said nothing. */
function unmarked(value) {
  if (!isMarked(value)) return value
  const { [MARK]: _, ...rest } = value
  return isGone(value) ? null : rest
}

/** Keeps one error for an object whose owner did not answer, instead of one per field. */
function atTheirNodes(errors, gone) {
  const kept = new Map()
  for (const error of errors) {
    const [root] = error.path ?? []
    const plain = gone.has(root) ? new GraphQLError(error.message, { path: [root], extensions: error.extensions }) : error
    kept.set(gone.has(root) ? `${root} ${error.extensions.code}` : error, plain)
  }
  return [...kept.values()]
}

export const nodesAreThere = {
  onExecute({ args }) {
    const types = nodesIn(args)
    if (!types.some(Boolean)) return
    args.document = withMarks(args.document, types)
    return {
      onExecuteDone({ result, setResult }) {
        if (!result.data) return
        const gone = new Set(Object.keys(result.data).filter((key) => isGone(result.data[key])))
        const data = Object.fromEntries(Object.entries(result.data).map(([key, value]) => [key, unmarked(value)]))
        setResult({ ...result, data, ...(result.errors && { errors: atTheirNodes(result.errors, gone) }) })
      },
    }
  },
}
