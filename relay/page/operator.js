// The page of `relay console`: asks for what the verbs answer, and shows it. Totals are the stack's, never counted rows.

import { showDoor } from './door.js';
import { byId, keep, link, make, plural, say, show } from './dom.js';
import { showOne } from './story.js';
import { offerThemes } from './themes.js';

const HEADERS = { 'Content-Type': 'application/json' };
const open = new Set(); // reasons whose letters are shown
let setup = null;
let overview = null;
let looks = 0; // of which only the last one is shown: filters may have changed meanwhile
let looking = false;
let lettersDue = false;
let seen = ''; // the depths of the dead-letter queues, for which the letters were last asked
let letters = { total: 0, older: 0, reasons: [], letters: [], notes: [] };

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? `answered ${response.status}`);
  return answer;
}
const get = async (name, query = {}) => answerOf(await fetch(`/api/${name}?${new URLSearchParams(query)}`));
const post = async (name, asked) => answerOf(await fetch(`/api/${name}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(asked) }));

function tell(state, text, fault = '') {
  byId('link').dataset.state = state;
  say(byId('link'), text);
  show(byId('fault'), Boolean(fault));
  say(byId('fault'), fault);
}

const FILTERS = ['since', 'destination', 'sender', 'source'];
const chosen = () => Object.fromEntries(FILTERS.map((name) => [name, byId(name).value]));
const number = (value) => (value ?? 0).toLocaleString('en-US');
const percent = (share) => `${Math.round(share * 100)}%`;
const seconds = (ms) => (ms === null ? '–' : ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);
const row = (parent, cells) => keepCells(parent, cells);
function keepCells(line, cells) {
  while (line.children.length < cells.length) line.append(make('td'));
  cells.forEach((cell, place) => say(line.children[place], cell));
}

async function look(letterToo = false) {
  const mine = ++looks;
  looking = true;
  lettersDue ||= letterToo;
  const asked = chosen();
  try {
    const told = await get('overview', asked);
    const door = await get('door', asked);
    if (mine !== looks) return;
    overview = told;
    showTotals();
    showSenders();
    showDoor(door);
    for (const name of ['sender', 'source']) offer(byId(name), door.events.map((one) => one[name]));
    const depths = JSON.stringify(overview.destinations.map((one) => one.dead_letters.visible + one.dead_letters.in_flight));
    if (lettersDue || depths !== seen) {
      const found = await get('letters', asked);
      if (mine !== looks) return;
      seen = depths;
      lettersDue = false;
      letters = found;
      showLetters();
    }
    tell('live', `looked at ${new Date(overview.at * 1000).toLocaleTimeString([], { hourCycle: 'h23' })}`);
  } catch (error) {
    if (mine === looks) tell('away', 'not reached', error.message);
  } finally {
    if (mine === looks) looking = false;
  }
}

/** Adds what can be chosen: senders that have no key any more are in the table too. */
function offer(select, names) {
  const known = new Set([...select.options].map((one) => one.value));
  for (const name of new Set(names)) if (!known.has(name)) select.append(make('option', { value: name }, name));
}

function showTotals() {
  keep(byId('ways'), overview.destinations, (one) => one.destination, () => make('tr'), (line, one) => row(line, [
    one.destination, number(one.accepted), number(one.invalid), number(one.ignored), number(one.withheld), number(one.delivered), number(one.repeated),
    plural(one.waiting_messages, 'message'), number(one.dead_letters.visible + one.dead_letters.in_flight),
    one.delay.average === null ? '–' : `${seconds(one.delay.average)} (longest ${seconds(one.delay.longest)})`,
  ]));
  const circuits = overview.circuits.filter((one) => one.state !== 'closed');
  keep(byId('circuits'), circuits, (one) => `${one.destination} ${one.event_group_id}`, () => make('li'), (line, one) =>
    say(line, `The circuit of ${one.destination}, ${one.event_group_id} is ${one.state}: ${one.why}`));
}

/** Whether a key is meant for this way: pages' keys open the beacon alone, others the events, and sources that are set up. */
function sends(entry, source) {
  if (source === 'events' || source === 'beacon') return entry.browser === (source === 'beacon');
  return Object.keys(entry.sources).some((name) => name.split('/')[0] === source);
}

function fits(sender) {
  const source = byId('source').value;
  const entry = setup.senders.find((one) => one.name === sender);
  return (!byId('sender').value || sender === byId('sender').value) && (!source || (entry && sends(entry, source)));
}

function showSenders() {
  const found = overview.destinations.flatMap((one) => one.senders.map((sender) => ({ ...sender, destination: one.destination }))).filter((one) => fits(one.sender));
  const quiet = setup.senders.map((one) => one.name).filter((name) => fits(name) && !found.some((one) => one.sender === name));
  const kinds = found.length ? Object.keys(found[0].has) : [];
  keep(byId('kinds'), ['sender', 'to', 'received', 'accepted', 'invalid', 'refused', ...kinds], (one) => one, (one) => make('th', { scope: 'col' }, one), () => {});
  keep(byId('senders'), found, (one) => `${one.sender} ${one.destination}`, () => make('tr'), (line, one) =>
    row(line, [one.sender, one.destination, number(one.received), number(one.accepted), number(one.invalid), number(one.refused), ...kinds.map((kind) => percent(one.has[kind].share))]));
  show(byId('senders-none'), quiet.length > 0 || overview.notes.length > 0);
  say(byId('senders-none'), [quiet.length ? `No post seen in this time: ${quiet.join(', ')}.` : '', ...overview.notes].filter(Boolean).join(' '));
}

function act(name, question, asked) {
  const button = make('button', { type: 'button', className: 'plain', disabled: !setup.allow_redrive }, (name === 'redrive' ? 'Redrive' : 'Drop') + (asked.message_id || asked.reason ? '' : ` all of ${asked.destination}`));
  button.setAttribute('aria-label', `${name === 'redrive' ? 'Redrive' : 'Drop'} ${question}`);
  if (!setup.allow_redrive) button.title = 'start with --allow-redrive';
  button.addEventListener('click', async () => {
    if (name === 'drop' && !confirm(`Drop ${question} for good?`)) return;
    button.disabled = true;
    try {
      const { done, notes } = await post(name, asked);
      const count = name === 'drop' ? done.dropped : done.reduce((sum, one) => sum + one.moved, 0);
      say(byId('done'), [`${plural(count, 'dead letter')} ${name === 'drop' ? 'dropped' : 'moved back to the queue'}`, ...notes].join('. '));
    } catch (error) {
      say(byId('done'), error.message);
    }
    button.disabled = false;
    await look(true);
  });
  return button;
}

const keyOf = (one) => `${one.destination} ${one.reason}`;

function createReason(one) {
  const more = make('button', { type: 'button', className: 'plain more' }, 'Show them');
  more.addEventListener('click', () => { open.has(keyOf(one)) ? open.delete(keyOf(one)) : open.add(keyOf(one)); showLetters(); });
  const of = { destination: one.destination, reason: one.reason };
  return make('div', { className: 'reason' }, make('h3', { className: 'many' }), make('p', {}, one.reason),
    make('div', { className: 'acts' }, more, act('redrive', `all of “${one.reason}”`, of), act('drop', `all of “${one.reason}”`, of)), make('div', { className: 'letters' }));
}

function createLetter(one) {
  const event = one.events[0] ?? {};
  const id = one.event_ids?.[0] ?? event.event_id ?? event.source_message_id ?? '';
  const of = { destination: one.destination, message_id: one.message_id };
  const name = id ? link(id) : make('span', {}, '(nobody can read it)');
  return make('div', { className: 'letter' }, make('p', {}, name, ` ${event.event_name ?? ''} ${one.event_group_id}, ${one.rejected_at}`),
    make('div', { className: 'acts' }, act('redrive', `the one of ${id}`, of), act('drop', `the one of ${id}`, of)));
}

function showLetters() {
  say(byId('dead-count'), letters.total || '');
  show(byId('dead-none'), letters.total === 0);
  show(byId('dead-older'), letters.older > 0);
  say(byId('dead-older'), `${plural(letters.older, 'older one')} not shown: choose a longer time. What redrives or drops all takes them too.`);
  keep(byId('reasons'), letters.reasons, keyOf, createReason, (line, one) => {
    say(line.querySelector('.many'), `${number(one.count)} at ${one.destination}`);
    const shown = open.has(keyOf(one)) ? letters.letters.filter((letter) => keyOf(letter) === keyOf(one)) : [];
    say(line.querySelector('.more'), open.has(keyOf(one)) ? 'Hide them' : 'Show them');
    keep(line.querySelector('.letters'), shown, (letter) => letter.message_id, createLetter, () => {});
  });
  const all = [...new Set(letters.reasons.map((one) => one.destination))];
  const head = byId('dead').querySelector('.head');
  for (const old of head.querySelectorAll('.all')) old.remove();
  for (const destination of all) head.append(make('span', { className: 'acts all' }, act('redrive', `all of ${destination}`, { destination }), act('drop', `all of ${destination}`, { destination })));
}

async function start() {
  offerThemes(byId('theme'));
  setup = await get('setup');
  say(byId('stack'), setup.stack + (setup.mode === 'test' ? ' (test mode)' : ''));
  say(byId('rights'), setup.allow_redrive ? 'You may redrive and drop here. Looking at dead letters hides them from others for moments.' : 'Read-only: start relay console with --allow-redrive to redrive or drop.');
  offer(byId('destination'), setup.destinations);
  offer(byId('sender'), setup.senders.map((one) => one.name));
  offer(byId('source'), setup.sources);
  for (const name of ['since', 'destination']) byId(name).addEventListener('change', () => look(true));
  for (const name of ['sender', 'source']) byId(name).addEventListener('change', () => look());
  byId('look').addEventListener('click', () => look(true));
  byId('ask').addEventListener('submit', (event) => { event.preventDefault(); location.hash = `id=${encodeURIComponent(byId('id').value.trim())}`; });
  const ask = (id) => get('status', { id });
  addEventListener('hashchange', () => showOne(ask, true));
  await look(true);
  await showOne(ask, false);
  setInterval(() => { if (!document.hidden && !looking) look(); }, setup.every * 1000);
}

start().catch((error) => tell('away', 'not reached', error.message));
