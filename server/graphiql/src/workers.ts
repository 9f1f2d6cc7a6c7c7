/** Tells Monaco where its workers are: beside this script, under the names that the build gave them. */
declare const WORKERS: Record<'editor' | 'json' | 'graphql', string>;

function startWorker(_id: string, label: string): Worker {
  const name = label === 'json' || label === 'graphql' ? WORKERS[label] : WORKERS.editor;
  return new Worker(new URL(name, import.meta.url), { type: 'module' });
}

Object.assign(globalThis, { MonacoEnvironment: { getWorker: startWorker } });

export {};
