/** The page: the bar, the notice below it, and GraphiQL with the withheld pane under its answer. */
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import type { ExecutionResult } from 'graphql';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Config } from './config';
import { createFetcher } from './fetcher';
import { Notice } from './Notice';
import type { Session } from './session';
import { createMemoryStorage } from './storage';
import { TopBar } from './TopBar';
import { useAccess, type Access } from './useAccess';
import { WithheldPane } from './WithheldPane';
import { isIntrospection, withheldFrom, type Withheld } from './withheld';

/** GraphiQL's style sheet follows the system by itself; the editors' colours have to be told. */
function FollowSystemTheme() {
  const { setTheme } = useGraphiQLActions();
  const chosen = useGraphiQL((state) => state.theme);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => chosen ?? setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [chosen, setTheme]);
  return null;
}

/** One fetcher for the life of the page (GraphiQL fetches the schema anew for each), always with the latest session. */
function useFetcher(endpoint: string, access: Access, onAnswer: (answer: ExecutionResult) => void) {
  const latest = useRef(access);
  latest.current = access;
  return useMemo(() => {
    const onRefused = (response: Response) => latest.current.onRefused(response);
    return createFetcher(endpoint, () => latest.current.session, { onAnswer, onRefused });
  }, [endpoint, onAnswer]);
}

function useWithheld() {
  const [entries, setEntries] = useState<Withheld[] | null>(null);
  const [onAnswer] = useState(() => (answer: ExecutionResult) => {
    if (!isIntrospection(answer)) setEntries(withheldFrom(answer));
  });
  return { entries, onAnswer };
}

export function App({ config, firstSession }: { config: Config; firstSession: Session }) {
  const [storage] = useState(createMemoryStorage);
  const { entries, onAnswer } = useWithheld();
  const access = useAccess(config, firstSession);
  const { session, identity, signIn, ended, needed } = access;
  const fetcher = useFetcher(config.endpoint, access, onAnswer);
  const isIn = session.token !== '';
  const lacksPurpose = identity.viewer !== null && !session.purpose;
  const bar = { session, identity, signIn, config: config.signIn, onChange: access.change, onLeave: access.leave };
  return (
    <>
      <TopBar {...bar} />
      <Notice {...{ config: config.signIn, signIn, isIn, lacksPurpose, ended, needed }} />
      <main>
        <GraphiQL
          fetcher={fetcher}
          schema={identity.known ? undefined : null /* null: do not ask for it yet */}
          initialQuery={config.query}
          initialVariables={config.variables}
          defaultEditorToolsVisibility="variables"
          shouldPersistHeaders={false}
          inputValueDeprecation
          schemaDescription
          storage={storage}
        >
          <GraphiQL.Logo><></></GraphiQL.Logo>
          <GraphiQL.Footer><WithheldPane entries={entries} /></GraphiQL.Footer>
          <FollowSystemTheme />
        </GraphiQL>
      </main>
    </>
  );
}
