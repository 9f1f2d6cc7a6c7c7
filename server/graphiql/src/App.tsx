/** The page: the bar, the hint for those without a token, and GraphiQL with the withheld pane under its answer. */
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import type { ExecutionResult } from 'graphql';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Config } from './config';
import { createFetcher } from './fetcher';
import type { Session } from './session';
import { createMemoryStorage } from './storage';
import { TopBar } from './TopBar';
import { useIdentity } from './viewer';
import { WithheldPane } from './WithheldPane';
import { isIntrospection, withheldFrom, type Withheld } from './withheld';

function Hint() {
  return (
    <p className="hint">
      Paste a token. <code>customer360 token --role service_agent --purpose care</code> prints one.
      It stays in this page's memory and is gone when you close it.
    </p>
  );
}

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
function useFetcher(endpoint: string, session: Session, onAnswer: (answer: ExecutionResult) => void) {
  const latest = useRef(session);
  latest.current = session;
  return useMemo(() => createFetcher(endpoint, () => latest.current, onAnswer), [endpoint, onAnswer]);
}

function useWithheld() {
  const [entries, setEntries] = useState<Withheld[] | null>(null);
  const [onAnswer] = useState(() => (answer: ExecutionResult) => {
    if (!isIntrospection(answer)) setEntries(withheldFrom(answer));
  });
  return { entries, onAnswer };
}

export function App({ config, firstSession }: { config: Config; firstSession: Session }) {
  const [session, setSession] = useState(firstSession);
  const [storage] = useState(createMemoryStorage);
  const { entries, onAnswer } = useWithheld();
  const identity = useIdentity(config.endpoint, config.viewerQuery, session);
  const fetcher = useFetcher(config.endpoint, session, onAnswer);
  return (
    <>
      <TopBar session={session} identity={identity} onChange={setSession} />
      {!session.token && <Hint />}
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
