// The table of conversions: newest first, filtered, each with its story on demand.

import { byId, clock, json, keep, make, plural, say, show } from './dom.js';
import { get } from './link.js';

const MOST = 1000; // 500 for each of two destinations
const OUTCOMES = ['accepted', 'delivering', 'waiting', 'delivered', 'repeated', 'rejected', 'withheld', 'invalid', 'ignored', 'refused'];
const SETTLED = new Set(['delivered', 'repeated', 'rejected', 'withheld', 'invalid', 'ignored', 'refused', 'waiting']);
const PAGE = 25; // rows at once: a phone shows three or four of them on a screen
const rows = new Map();
let page = PAGE;
const open = new Map(); // number -> the detail's content, once it is there
let manyDestinations = false;

export function chip(outcome) {
  return make('span', { className: 'chip', dataset: { outcome } }, outcome);
}

function matches(row) {
  const find = byId('find').value.trim().toLowerCase();
  const outcome = byId('outcome').value;
  const text = `${row.event_id} ${row.event_name} ${row.destination}`.toLowerCase();
  return (!outcome || row.outcome === outcome) && (!find || text.includes(find));
}

function why(row) {
  const warned = row.warnings.length ? plural(row.warnings.length, 'warning') + `: ${row.warnings.join(', ')}` : '';
  const tries = row.outcome === 'waiting' && row.tries > 1 ? `${row.tries} tries; the last: ` : '';
  return [row.reason && tries + row.reason, warned].filter(Boolean).join(' · ');
}

function createRow(row) {
  const id = make('button', { className: 'id', type: 'button', attributes: { 'aria-expanded': 'false' } });
  id.addEventListener('click', () => toggle(row.number));
  const cell = (className, ...children) => make('td', { className, attributes: { role: 'cell' } }, ...children);
  const line = make('tr', { attributes: { role: 'row' } }, cell('time'), cell('outcome'), cell('name'), cell('event-id', id), cell('tries'), cell('why', make('div', { className: 'clamp' })));
  return line;
}

function updateRow(line, row) {
  if (line.dataset.detail) return;
  const [time, outcome, name, id, tries, reason] = line.children;
  say(time, clock(row.at));
  if (outcome.textContent !== row.outcome) outcome.replaceChildren(chip(row.outcome));
  say(name, [row.event_name || '–', manyDestinations ? row.destination : ''].filter(Boolean).join(' → '));
  const button = id.firstChild;
  say(button, row.event_id || '(no id)');
  button.title = row.event_id;
  button.setAttribute('aria-expanded', String(open.has(row.number)));
  say(tries, row.tries || '');
  say(reason.firstChild, why(row));
}

function createDetail(item) {
  const line = make('tr', { className: 'detail', dataset: { detail: '1' }, attributes: { role: 'row' } });
  line.append(make('td', { colSpan: 6, attributes: { role: 'cell' } }, item.content));
  return line;
}

function render() {
  const fitting = [...rows.values()].filter(matches).sort((a, b) => b.number - a.number);
  const shown = fitting.slice(0, page);
  show(byId('more'), fitting.length > page);
  say(byId('more'), `Show ${Math.min(PAGE, fitting.length - page)} more`);
  const items = shown.flatMap((row) => (open.has(row.number) ? [row, { detail: row.number, content: open.get(row.number) }] : [row]));
  keep(byId('rows'), items, (item) => (item.detail ? `detail-${item.detail}` : item.number), (item) => (item.detail ? createDetail(item) : createRow(item)), updateRow);
  say(byId('shown'), shown.length === rows.size ? `${rows.size}` : `${shown.length} of ${rows.size}`);
  show(byId('none'), fitting.length === 0);
  say(byId('none'), rows.size ? 'No conversion matches the filter. Only the last 500 of each destination are kept here: relay status ID --local knows the older ones.' : 'Nothing has been posted yet. Choose a sample and send it.');
}

async function toggle(number) {
  if (open.delete(number)) return render();
  open.set(number, make('div', { className: 'story' }));
  await tell(number);
  return render();
}

async function tell(number) {
  const content = open.get(number);
  try {
    content.replaceChildren(...story(await get('conversion', { number })));
  } catch (error) {
    content.replaceChildren(make('p', {}, error.message));
  }
}

function story(known) {
  const steps = known.history.map((step) =>
    make('li', {}, make('time', {}, clock(step.at)), ' ', chip(step.outcome), step.reason ? ` ${step.reason}` : ''));
  const parts = [make('ol', { className: 'steps' }, ...steps)];
  if (known.warnings.length) {
    parts.push(make('h3', {}, 'Warnings'), pairs(known.warnings.map((one) => [one.field, one.warning])));
  }
  const errors = Object.entries(known.errors);
  if (errors.length) parts.push(make('h3', {}, 'Errors'), pairs(errors));
  const facts = [known.path && `posted to ${known.path}`, known.group && `event group ${known.group}`].filter(Boolean).join(', ');
  const left = make('div', {}, ...parts, make('p', { className: 'quiet' }, facts));
  return known.event ? [left, make('div', {}, make('h3', {}, 'As queued'), json(known.event, 'The event as queued'))] : [left];
}

export function pairs(entries) {
  return make('dl', { className: 'pairs' }, ...entries.flatMap(([name, text]) => [make('dt', {}, name), make('dd', {}, text)]));
}

function announce(changed) {
  const settled = changed.filter((row) => SETTLED.has(row.outcome));
  if (settled.length === 0) return;
  if (settled.length <= 3) {
    say(byId('news'), settled.map((row) => `${row.event_id || 'a post'} ${row.outcome}${manyDestinations && row.destination ? ` (${row.destination})` : ''}`).join(', '));
    return;
  }
  const counts = new Map();
  for (const row of settled) counts.set(row.outcome, (counts.get(row.outcome) ?? 0) + 1);
  say(byId('news'), [...counts].map(([outcome, number]) => `${number} ${outcome}`).join(', '));
}

/** Takes rows that are new or have changed; `first` ones are all that there are. */
export function showConversions({ first, rows: changed }) {
  if (first) rows.clear();
  const news = changed.filter((row) => rows.get(row.number)?.outcome !== row.outcome);
  for (const row of changed) {
    rows.set(row.number, row);
    if (open.has(row.number)) tell(row.number);
  }
  for (const number of [...rows.keys()].sort((a, b) => a - b).slice(0, Math.max(0, rows.size - MOST))) {
    rows.delete(number);
    open.delete(number);
  }
  if (!first) announce(news);
  render();
}

/** Rows name their destination if there are several; those that are shown already get their names now. */
export function nameDestinations(destinations) {
  const many = destinations.length > 1;
  if (many === manyDestinations) return;
  manyDestinations = many;
  render();
}

const choice = byId('outcome');
choice.append(make('option', { value: '' }, 'all'), ...OUTCOMES.map((outcome) => make('option', { value: outcome }, outcome)));
function redraw() {
  page = PAGE;
  render();
}
choice.addEventListener('change', redraw);
byId('find').addEventListener('input', redraw);
byId('more').addEventListener('click', () => {
  page += PAGE;
  render();
});
