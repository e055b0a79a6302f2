// The composer: a sample or one's own body, posted as a chosen sender; the answer beside what it put on the queue.

import { byId, json, make, plural, say, show } from './dom.js';
import { get, post } from './link.js';
import { chip, pairs } from './table.js';

const OWN = { name: 'your own body', folder: '', about: 'Write a body and send it.', path: '/v1/events', sender: 'local', headers: {}, faults: {} };
const PAUSE = 250; // milliseconds between two looks for the queued events
const LOOKS = 8;
let samples = [];
let chosen = OWN;
let latest = '';

const ownBody = () => JSON.stringify({
  event_group_id: 'example_website_123',
  events: [{ event_id: `order-${Date.now().toString(36)}`, event_name: 'PURCHASE', event_time: Math.floor(Date.now() / 1000), user_data: { em: 'jane@example.com' }, custom_data: { value: 25, currency: 'USD' } }],
}, null, 2);

function choose(sample) {
  chosen = sample;
  say(byId('about'), sample.about);
  byId('path').value = sample.path;
  byId('sender').value = sample.sender;
  byId('body').value = sample === OWN ? ownBody() : sample.body;
  const headers = Object.entries(sample.headers);
  show(byId('headers'), headers.length > 0);
  say(byId('headers'), headers.map(([name, value]) => `${name}: ${value}`).join('\n'));
  show(byId('told-label'), Object.keys(sample.faults).length > 0);
  byId('fresh').disabled = !['/v1/events', '/v1/beacon'].includes(sample.path);
  if (sample === OWN) byId('editor').open = true;
}

/** Gives every event a new id: the ids, old and new. */
function renew() {
  const mark = Math.floor(Date.now() / 10).toString(36).slice(-4);
  const renewed = new Map();
  byId('body').value = byId('body').value.replace(/("event_id"\s*:\s*")((?:[^"\\]|\\.)*)"/g, (_, before, id) => {
    const fresh = `${id.replace(/~\w+$/, '')}~${mark}`;
    renewed.set(id, fresh);
    return `${before}${fresh}"`;
  });
  const refused = (faults) => Object.fromEntries(Object.entries(faults.refuse).map(([id, why]) => [renewed.get(id) ?? id, why]));
  const faults = Object.entries(chosen.faults).map(([name, told]) => [name, told.refuse ? { ...told, refuse: refused(told) } : told]);
  chosen = { ...chosen, faults: Object.fromEntries(faults) };
}

async function send(event) {
  event.preventDefault();
  const button = byId('send');
  button.setAttribute('aria-busy', 'true');
  const token = crypto.randomUUID();
  latest = token;
  // Read before anything is waited for: the form may be filled again meanwhile.
  const { faults, headers } = chosen;
  const asked = { path: byId('path').value.trim(), sender: byId('sender').value, headers, body: byId('body').value, post: token };
  const told = Object.keys(faults).length > 0 && byId('told').checked;
  show(byId('answer'), true);
  try {
    if (told) await tellSandboxes(faults);
    const { status, answer } = await post('send', asked);
    if (latest !== token) return;
    showAnswer(status, answer);
    await showQueued(token, status);
  } catch (error) {
    say(byId('answer-title'), 'No answer');
    byId('answer-body').replaceChildren(make('p', { className: 'trouble' }, error.message));
    byId('queued-body').replaceChildren();
  } finally {
    button.removeAttribute('aria-busy');
  }
}

/** A destination that the stack has not, or that is not a sandbox, is told nothing. */
async function tellSandboxes(told) {
  for (const [destination, faults] of Object.entries(told)) {
    if (composer.sandboxes.includes(destination)) await post('faults', { destination, faults });
  }
}

const forOne = (one) => (one.destination ? ` for ${one.destination}` : '');

function showAnswer(status, answer) {
  say(byId('answer-title'), `Answer ${status}`);
  const parts = [];
  if (typeof answer !== 'object' || answer === null) parts.push(json(answer, 'The answer'));
  else {
    parts.push(make('p', {}, answer.description ?? answer.message ?? ''));
    for (const failed of answer.failed_events ?? []) {
      const head = make('p', { className: 'line' }, chip('invalid'), ' ', make('span', { className: 'mono' }, failed.event_id ?? `event ${failed.index}`), forOne(failed));
      parts.push(head, pairs(Object.entries(failed.errors ?? {})));
      if (failed.errors_left_out) parts.push(make('p', {}, `and ${plural(failed.errors_left_out, 'more error')}`));
    }
    for (const one of answer.limited ?? []) parts.push(make('p', {}, chip('limited'), forOne(one), `: ${one.signals.join(', ')}`));
    for (const one of answer.withheld ?? []) parts.push(make('p', {}, chip('withheld'), forOne(one), `: ${[one.reason, ...(one.signals ?? [])].join(', ')}`));
    for (const one of answer.ignored ?? []) parts.push(make('p', {}, chip('ignored'), ` ${one.reason}`));
    if (answer.warnings?.length) parts.push(make('h4', {}, plural(answer.warnings.length, 'warning')), pairs(answer.warnings.map((one) => [one.field + forOne(one), one.warning])));
    const whole = make('details', {}, make('summary', {}, 'The whole answer'), json(answer, 'The whole answer'));
    parts.push(whole);
  }
  byId('answer-body').replaceChildren(...parts);
}

async function showQueued(token, status) {
  const place = byId('queued-body');
  place.replaceChildren(make('p', { className: 'quiet' }, 'nothing'));
  if (status < 200 || status >= 300) return;
  for (let look = 0; look < LOOKS && latest === token; look += 1) {
    const found = (await get('post', { post: token })).filter((one) => one.event);
    if (found.length) {
      // Those of one conversion beside each other, whatever the queues' order.
      found.sort((a, b) => a.event_id.localeCompare(b.event_id) || a.number - b.number);
      place.replaceChildren(...found.slice(0, 20).map((one) => make('div', {}, make('p', { className: 'quiet' }, `${one.event_id} for ${one.destination}, personal data hashed`), json(one.event, `${one.event_id} as queued for ${one.destination}`))));
      return;
    }
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** What the composer knows of the stack: which destinations have a sandbox. */
export const composer = {
  sandboxes: [],
  async start() {
    const setup = await get('setup');
    samples = setup.samples;
    const groups = new Map();
    for (const sample of samples) groups.set(sample.folder, [...(groups.get(sample.folder) ?? []), sample]);
    const option = (sample) => make('option', { value: String(samples.indexOf(sample)) }, sample.name);
    byId('sample').replaceChildren(
      make('option', { value: '-1' }, OWN.name),
      ...[...groups].map(([folder, members]) => make('optgroup', { label: `events/${folder}` }, ...members.map(option))),
    );
    const senders = [...setup.senders.map((name) => [name, name]), ['none', 'no key'], ['unknown', 'an unknown key']];
    byId('sender').replaceChildren(...senders.map(([value, text]) => make('option', { value }, text)));
    byId('sample').addEventListener('change', () => choose(samples[Number(byId('sample').value)] ?? OWN));
    byId('fresh').addEventListener('click', renew);
    byId('composer').addEventListener('submit', send);
    const first = samples.findIndex((sample) => sample.name === 'purchase-clear');
    byId('sample').value = String(first);
    choose(samples[first] ?? OWN);
  },
};
