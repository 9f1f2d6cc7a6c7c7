/**
 * Keeps GraphiQL's tabs, history and settings for as long as the page is open.
 * Variables hold customers' phone numbers: they have no business in the browser's own storage.
 */
import type { Storage } from '@graphiql/toolkit';

export function createMemoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}
