// The connection to the stack: one stream that reconnects, and small requests.

import { byId, say } from './dom.js';

function tell(state, text) {
  const link = byId('link');
  if (link.dataset.state === state) return;
  link.dataset.state = state;
  say(link, text);
}

/** Listens to the stack for as long as the page can be seen: a browser keeps six connections to a host at most. */
export function listen(onState, onConversions) {
  let source = null;
  let again = 0;
  function open() {
    clearTimeout(again);
    source?.close();
    source = new EventSource('/_console/stream');
    source.addEventListener('open', () => tell('live', 'live'));
    source.addEventListener('state', (event) => onState(JSON.parse(event.data)));
    source.addEventListener('conversions', (event) => onConversions(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      tell('away', 'reconnecting');
      // The browser reconnects by itself, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, 2000);
    });
  }
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return open();
    clearTimeout(again);
    source?.close();
    tell('paused', 'paused');
  });
  open();
}

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? `answered ${response.status}`);
  return answer;
}

export const get = async (name, query = {}) => answerOf(await fetch(`/_console/${name}?${new URLSearchParams(query)}`));

export const post = async (name, asked) =>
  answerOf(await fetch(`/_console/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(asked) }));
