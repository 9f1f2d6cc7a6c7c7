/** Signing in, in a window of its own: the query that somebody is writing stays where it is. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { addressOf, codeIn, prepareAttempt, redeem, type Attempt, type Given } from './attempt';
import type { Needed } from './challenge';
import { answerTo } from './channel';
import type { SignInConfig } from './config';

export interface SignIn {
  isWaiting: boolean;
  problem: string;
  start: (needed?: Needed) => void;
  cancel: () => void;
}

const BLOCKED = 'The browser kept the sign-in window from opening. Allow windows of this page, and try again.';

async function signedIn(config: SignInConfig, attempt: Attempt, signal: AbortSignal): Promise<Given> {
  const answer = await answerTo(attempt.state, signal);
  return redeem(config, attempt, codeIn(answer, config));
}

/** An attempt at hand, and another when that is taken. */
function useAttempts(config: SignInConfig | null) {
  const next = useRef<Attempt>(null);
  const prepare = useCallback(() => void prepareAttempt().then((attempt) => (next.current = attempt)), []);
  useEffect(() => void (config && prepare()), [config, prepare]);
  return useCallback(() => {
    const attempt = next.current;
    prepare();
    return attempt;
  }, [prepare]);
}

export function useSignIn(config: SignInConfig | null, onGiven: (given: Given) => void): SignIn {
  const [problem, setProblem] = useState('');
  const [waiting, setWaiting] = useState<AbortController | null>(null);
  const take = useAttempts(config);
  const end = (problem: string) => {
    setWaiting(null);
    setProblem(problem);
  };
  const cancel = () => {
    waiting?.abort();
    end('');
  };
  const start = (needed: Needed | null = null) => {
    const attempt = take();
    if (!config || !attempt) return;
    cancel();
    const aborter = new AbortController();
    const answered = signedIn(config, attempt, aborter.signal).finally(() => aborter.abort());
    if (!window.open(addressOf(config, attempt, needed), '_blank', 'popup,width=480,height=720')) return end(BLOCKED);
    setWaiting(aborter);
    answered.then(onGiven).then(() => end(''), (error: Error) => end(error.message));
  };
  return { isWaiting: waiting !== null, problem, start: (needed) => start(needed), cancel };
}
