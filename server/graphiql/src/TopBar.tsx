/** The bar above GraphiQL: whose token, for which purpose, and who that makes the reader. */
import type { FormEvent } from 'react';
import { NO_SESSION, type Session } from './session';
import type { Identity, Viewer } from './viewer';

interface Props {
  session: Session;
  identity: Identity;
  onChange: (session: Session) => void;
}

function WhoAmI({ role, department, purpose }: Viewer) {
  const who = [role, department].filter(Boolean).join(' · ');
  return (
    <>
      <strong>{who || 'Signed in'}</strong>
      <span>{purpose ? `for ${purpose}` : 'no purpose: personal data stay withheld'}</span>
    </>
  );
}

function Status({ session, identity }: Omit<Props, 'onChange'>) {
  if (identity.viewer) return <WhoAmI {...identity.viewer} />;
  if (identity.problem) return <span className="problem">{identity.problem}</span>;
  return <span>{session.token ? 'Asking who this is…' : 'Not signed in'}</span>;
}

function TokenField({ session, onChange }: Omit<Props, 'identity'>) {
  return (
    <label>
      Token
      <input
        type="password"
        name="token"
        value={session.token}
        onChange={(event) => onChange({ ...session, token: event.target.value.trim() })}
        placeholder="Paste an access token"
        autoComplete="off"
        spellCheck={false}
        data-1p-ignore
        data-lpignore="true"
      />
    </label>
  );
}

function PurposeField({ session, identity, onChange }: Props) {
  return (
    <label>
      Purpose
      <input
        name="purpose"
        list="purposes"
        value={session.purpose}
        onChange={(event) => onChange({ ...session, purpose: event.target.value.trim() })}
        placeholder={identity.known?.purpose ?? 'none'}
        autoComplete="off"
        spellCheck={false}
      />
      <datalist id="purposes">
        {identity.known?.purposes?.map((purpose) => <option key={purpose} value={purpose} />)}
      </datalist>
    </label>
  );
}

export function TopBar({ session, identity, onChange }: Props) {
  const stay = (event: FormEvent) => event.preventDefault();
  return (
    <header className="bar">
      <h1>Customer<em>360</em></h1>
      <form onSubmit={stay} autoComplete="off" aria-label="Session">
        <TokenField session={session} onChange={onChange} />
        <PurposeField session={session} identity={identity} onChange={onChange} />
        <button type="button" disabled={!session.token} onClick={() => onChange(NO_SESSION)}>Forget token</button>
      </form>
      <p role="status" aria-label="Who am I" className="who"><Status session={session} identity={identity} /></p>
    </header>
  );
}
