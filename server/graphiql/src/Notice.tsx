/** The line below the bar: what to do first, what went wrong, and the button that mends it. */
import type { ReactNode } from 'react';
import type { Needed } from './challenge';
import type { SignInConfig } from './config';
import type { SignIn } from './signIn';

interface Props {
  config: SignInConfig | null;
  signIn: SignIn;
  isIn: boolean;
  lacksPurpose: boolean;
  ended: string;
  needed: Needed | null;
}

const TOKEN = <code>customer360 token --role service_agent --purpose care</code>;

function First({ config }: Pick<Props, 'config'>) {
  if (!config) return <>Paste a token. {TOKEN} prints one. It stays in this page’s memory and is gone when you close it.</>;
  return (
    <>
      Sign in to ask. <code>customer360 user create</code> makes an account.
      Your token stays in this page’s memory and is gone when you close it.
    </>
  );
}

function Again({ signIn, needed }: Pick<Props, 'signIn' | 'needed'>) {
  return <button type="button" className="primary" onClick={() => signIn.start(needed ?? undefined)}>Sign in again</button>;
}

function age({ max_age }: Needed): string {
  if (!max_age) return 'a stronger sign-in';
  const minutes = Math.ceil(Number(max_age) / 60);
  return `a sign-in of the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}`;
}

function Alert({ children }: { children: ReactNode }) {
  return <div role="alert" className="notice alert">{children}</div>;
}

export function Notice({ config, signIn, isIn, lacksPurpose, ended, needed }: Props) {
  const again = config && !signIn.isWaiting && <Again signIn={signIn} needed={needed} />;
  if (signIn.isWaiting) return <p role="status" className="notice">Sign in in the window that has opened.</p>;
  if (signIn.problem) return <Alert>{signIn.problem} {again}</Alert>;
  if (needed) return <Alert>This query asks for data that needs {age(needed)}. Then run it once more. {again}</Alert>;
  if (ended) return <Alert>{ended} {again}</Alert>;
  if (!isIn) return <p className="notice"><First config={config} /></p>;
  if (lacksPurpose) return <p role="status" className="notice">Pick a purpose: without one, personal data stay withheld.</p>;
  return null;
}
