/** The bar above GraphiQL: who the reader is, what they ask for, and the way in and out. */
import { useState, type FormEvent } from 'react';
import type { SignInConfig } from './config';
import type { Session } from './session';
import type { SignIn } from './signIn';
import type { Identity, Viewer } from './viewer';

interface Props {
  session: Session;
  identity: Identity;
  config: SignInConfig | null;
  signIn: SignIn;
  onChange: (session: Session) => void;
  onLeave: () => void;
}

function WhoAmI({ title, role, department, purpose }: Viewer) {
  const who = [title ?? role, department].filter(Boolean).join(' · ');
  return (
    <>
      <strong>{who || 'Signed in'}</strong>
      <span>{purpose ? `for ${purpose}` : 'no purpose: personal data stay withheld'}</span>
    </>
  );
}

function Status({ session, identity }: Pick<Props, 'session' | 'identity'>) {
  if (identity.viewer) return <WhoAmI {...identity.viewer} />;
  if (identity.problem) return <span className="problem">{identity.problem}</span>;
  return <span>{session.token ? 'Asking who this is…' : 'Not signed in'}</span>;
}

function PurposeField({ session, identity, onChange }: Pick<Props, 'session' | 'identity' | 'onChange'>) {
  const known = identity.known?.purposes ?? [];
  // One that the token does not allow is shown as it was given; the server says what is wrong with it.
  const offered = session.purpose && !known.includes(session.purpose) ? [...known, session.purpose] : known;
  return (
    <span className="field">
      <label htmlFor="purpose">Purpose</label>
      <select
        id="purpose"
        value={session.purpose}
        // Whoever comes back from the window goes on here.
        autoFocus={session.endsAt !== undefined}
        onChange={(event) => onChange({ ...session, purpose: event.target.value })}
      >
        <option value="">{known.length > 0 ? 'Pick a purpose' : 'None'}</option>
        {offered.map((purpose) => <option key={purpose} value={purpose}>{purpose}</option>)}
      </select>
    </span>
  );
}

function TokenField({ session, config, onChange }: Pick<Props, 'session' | 'config' | 'onChange'>) {
  return (
    <label>
      Token
      <input
        type="password"
        name="token"
        value={session.token}
        onChange={(event) => onChange({ ...session, token: event.target.value.trim(), endsAt: undefined })}
        placeholder="Paste an access token"
        autoFocus={config !== null}
        autoComplete="off"
        spellCheck={false}
        data-1p-ignore
        data-lpignore="true"
      />
    </label>
  );
}

function SignInButton({ config, signIn }: { config: SignInConfig; signIn: SignIn }) {
  const home = new URL('../graphiql', config.redirectUri);
  // The window comes back there: at another name of this machine nobody would hear it.
  if (home.origin !== location.origin) return <a className="button primary" href={home.href}>Sign in at {home.host}</a>;
  if (signIn.isWaiting) return <button type="button" onClick={signIn.cancel}>Cancel sign-in</button>;
  return <button type="button" className="primary" onClick={() => signIn.start()}>Sign in</button>;
}

/** Two ways in: the window, and for those who have a token already a field to paste it into. */
export function TopBar({ session, identity, config, signIn, onChange, onLeave }: Props) {
  const [isPasting, setPasting] = useState(config === null);
  const wasGiven = session.endsAt !== undefined;
  const isIn = wasGiven || identity.known !== null;
  const stay = (event: FormEvent) => event.preventDefault();
  return (
    <header className="bar">
      <h1>Customer<em>360</em></h1>
      <form onSubmit={stay} autoComplete="off" aria-label="Session">
        {!isIn && config && <SignInButton config={config} signIn={signIn} />}
        {!isIn && !isPasting && <button type="button" onClick={() => setPasting(true)}>Paste a token</button>}
        {isPasting && !wasGiven && <TokenField session={session} config={config} onChange={onChange} />}
        {isIn && <PurposeField session={session} identity={identity} onChange={onChange} />}
      </form>
      <p role="status" aria-label="Who am I" className="who"><Status session={session} identity={identity} /></p>
      {session.token && <button type="button" onClick={onLeave}>Sign out</button>}
    </header>
  );
}
