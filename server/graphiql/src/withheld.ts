/** What an answer says it withheld: from everybody (`extensions.privacy.withheld`), or from single customers (`rows`). */
import type { ExecutionResult } from 'graphql';

export interface Withheld {
  coordinate: string;
  effect: string;
  path?: string | string[];
  /** The customer it was withheld from, and what of the rule's conditions they do not meet. */
  subject?: string;
  unmet?: string[];
  rule?: string | null;
  article?: string | null;
  remedy?: string | null;
}

interface Privacy {
  withheld?: Withheld[];
  rows?: { subject: string; withheld: Omit<Withheld, 'effect' | 'subject'>[] }[];
}

export function withheldFrom(answer: ExecutionResult): Withheld[] {
  const { withheld = [], rows = [] } = (answer.extensions?.['privacy'] ?? {}) as Privacy;
  const single = rows.flatMap(({ subject, withheld }) => withheld.map((each) => ({ ...each, effect: 'withhold', subject })));
  return [...withheld, ...single];
}

export function isIntrospection(answer: ExecutionResult): boolean {
  return answer.data != null && '__schema' in answer.data;
}
