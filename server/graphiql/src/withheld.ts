/** What an answer says it withheld: `extensions.privacy.withheld`. */
import type { ExecutionResult } from 'graphql';

export interface Withheld {
  coordinate: string;
  path: string | string[];
  effect: string;
  rule?: string | null;
  article?: string | null;
  remedy?: string | null;
}

export function withheldFrom(answer: ExecutionResult): Withheld[] {
  const privacy = answer.extensions?.['privacy'] as { withheld?: Withheld[] } | undefined;
  return privacy?.withheld ?? [];
}

export function isIntrospection(answer: ExecutionResult): boolean {
  return answer.data != null && '__schema' in answer.data;
}
