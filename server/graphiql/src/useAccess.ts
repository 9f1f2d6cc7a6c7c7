/** The session as it begins and ends: signed in or pasted, run out, refused, or asked for more. */
import { useEffect, useRef, useState } from 'react';
import type { Given } from './attempt';
import { stepUpIn, type Needed } from './challenge';
import type { Config } from './config';
import { NO_SESSION, type Session } from './session';
import { useSignIn, type SignIn } from './signIn';
import { useIdentity, type Identity } from './viewer';

const RAN_OUT = 'Your sign-in ran out, and its token is forgotten.';

export interface Access {
  session: Session;
  identity: Identity;
  signIn: SignIn;
  /** Why the last session ended, if nobody ended it. */
  ended: string;
  /** What the last query lacked. */
  needed: Needed | null;
  change: (session: Session) => void;
  leave: () => void;
  onRefused: (response: Response) => void;
}

/** Whoever may act for one purpose only has picked it by signing in. */
function useOnlyPurpose(session: Session, identity: Identity, change: (session: Session) => void) {
  const asked = useRef('');
  const [only, ...others] = identity.known?.purposes ?? [];
  useEffect(() => {
    if (!session.token || !identity.known || asked.current === session.token) return;
    asked.current = session.token;
    if (only && others.length === 0 && !session.purpose) change({ ...session, purpose: only });
  });
}

function useEnd(endsAt: number | undefined, onEnd: () => void) {
  useEffect(() => {
    if (endsAt === undefined) return;
    const timer = setTimeout(onEnd, Math.max(0, endsAt - Date.now()));
    return () => clearTimeout(timer);
  }, [endsAt]);
}

export function useAccess(config: Config, firstSession: Session): Access {
  const [session, setSession] = useState(firstSession);
  const [ended, setEnded] = useState('');
  const [needed, setNeeded] = useState<Needed | null>(null);
  const change = (next: Session) => {
    setSession(next);
    setEnded('');
    if (next.token !== session.token) setNeeded(null);
  };
  const end = (why: string) => {
    change(NO_SESSION);
    setEnded(why);
  };
  const given = ({ token, endsAt }: Given) => {
    setSession((now) => ({ ...now, token, endsAt }));
    setEnded('');
    setNeeded(null);
  };
  const signIn = useSignIn(config.signIn, given);
  const identity = useIdentity(config.endpoint, config.viewerQuery, session);
  useOnlyPurpose(session, identity, change);
  useEnd(session.endsAt, () => end(RAN_OUT));
  const onRefused = (response: Response) => {
    const stepUp = stepUpIn(response);
    if (stepUp) setNeeded(stepUp);
    else if (session.endsAt !== undefined) end(RAN_OUT);
  };
  return { session, identity, signIn, ended, needed, change, leave: () => end(''), onRefused };
}
