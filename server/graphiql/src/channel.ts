/** How the sign-in window answers. Only pages of this very origin hear it, whatever lay in between. */
export const CHANNEL = 'customer360-signed-in';

/** Waits for the answer that bears this state; what other pages asked for is theirs. */
export function answerTo(state: string, signal: AbortSignal): Promise<URLSearchParams> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => channel.close());
    channel.addEventListener('message', ({ data }) => {
      const answer = new URLSearchParams(String(data));
      if (answer.get('state') === state) resolve(answer);
    });
  });
}
