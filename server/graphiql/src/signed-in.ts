/** The page that the sign-in window comes back to: hands the answer to the page that asked, and closes. */
import { CHANNEL } from './channel';

const answer = location.search;
// The code in it counts once and for nobody without the verifier; it need not stay in the history all the same.
history.replaceState(null, '', location.pathname);
const channel = new BroadcastChannel(CHANNEL);
channel.postMessage(answer);
channel.close();
window.close();
