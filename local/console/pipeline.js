// The picture: what stands between a post and its destination, with counts; a lane for each destination.

import { byId, make, plural, say } from './dom.js';
import { Edges } from './edges.js';
import { faultNames } from './switches.js';

const picture = byId('picture');
const edges = new Edges(picture, byId('edges'));
const boxes = new Map();
let before = null;

function box(name, title, className, row, rows = 1, lane = 0) {
  const number = make('p', { className: 'number' });
  const unit = make('p', { className: 'unit' });
  const facts = make('p', { className: 'facts' });
  const tags = make('p', { className: 'tags' });
  const element = make('div', { className: `node ${className}`, attributes: { role: 'group', 'aria-label': title } }, make('h3', {}, title), number, unit, facts, tags);
  // Through the CSSOM, which the page's policy allows, unlike style attributes in markup.
  if (row) element.style.setProperty('--row', row);
  element.style.setProperty('--lane', lane);
  if (lane && row % 2) element.classList.add('further'); // the first row of a further lane
  element.style.setProperty('--rows', rows);
  picture.append(element);
  boxes.set(name, { element, number, unit, facts, tags });
  return element;
}

function build(state) {
  const lanes = state.destinations;
  picture.classList.toggle('many', lanes.length > 1);
  const api = box('api', 'API', 'api', 1, lanes.length * 2);
  lanes.forEach((lane, index) => {
    const row = index * 2 + 1;
    const suffix = lanes.length > 1 ? ` (${lane.title})` : '';
    const name = (part) => `${lane.name}.${part}`;
    const queue = box(name('queue'), `Queue${suffix}`, 'queue', row, 1, index);
    const deliver = box(name('deliver'), `Deliver${suffix}`, 'deliver', row, 1, index);
    const destination = box(name('destination'), lane.title, 'destination', row, 1, index);
    const dead = box(name('dead'), `Dead letters${suffix}`, 'dead', row + 1, 1, index);
    edges.connect(name('post'), 'post', api, queue);
    edges.connect(name('take'), 'take', queue, deliver);
    edges.connect(name('send'), 'send', deliver, destination);
    edges.connect(name('retry'), 'retry', deliver, queue);
    edges.connect(name('bury'), 'bury', deliver, dead);
    edges.connect(name('redrive'), 'redrive', dead, queue);
    if (lane.ledger !== null) {
      const ledger = box(name('ledger'), `Ledger${suffix}`, 'ledger', row + 1, 1, index);
      edges.connect(name('note'), 'note', deliver, ledger);
    }
  });
}

function fill(name, { number, unit, facts, tags = [], state = '' }) {
  const { element, ...parts } = boxes.get(name);
  say(parts.number, number);
  say(parts.unit, unit);
  say(parts.facts, facts);
  element.dataset.state = state;
  const wanted = tags.join('\n');
  if (parts.tags.dataset.tags !== wanted) {
    parts.tags.dataset.tags = wanted;
    parts.tags.replaceChildren(...tags.map((tag) => make('span', { className: 'tag' }, tag)));
  }
}

function fillLane(lane, now) {
  const { queue, counts, destination } = lane;
  const name = (part) => `${lane.name}.${part}`;
  const held = queue.visible + queue.in_flight + queue.later;
  const next = lane.waiting[0];
  fill(name('queue'), {
    number: held,
    unit: held === 1 ? 'message' : 'messages',
    facts: `${queue.visible + queue.in_flight} now, ${queue.later} later`,
    tags: next ? [`next in ${Math.max(0, Math.ceil(next.at - now))} s`] : [],
    state: queue.later ? 'waiting' : '',
  });
  fill(name('deliver'), {
    number: counts.delivered ?? 0,
    unit: 'delivered',
    facts: `${plural(counts.runs ?? 0, 'run')}, ${plural(counts.retried ?? 0, 'retry', 'retries')}, ${counts.repeated ?? 0} repeated`,
    tags: lane.running ? ['delivering'] : [],
    state: lane.running ? 'busy' : '',
  });
  const faults = faultNames(destination.faults ?? {});
  fill(name('destination'), {
    number: destination.sandbox ? destination.counts.conversions : (counts.delivered ?? 0),
    unit: 'conversions counted',
    facts: destination.sandbox ? `${plural(destination.counts.requests, 'request')}${destination.last_status ? `, last: ${destination.last_status}` : ''}` : destination.url,
    tags: faults,
    state: faults.length ? 'faulty' : '',
  });
  const dead = lane.dead_letters.count;
  fill(name('dead'), { number: dead, unit: dead === 1 ? `event that ${lane.title} refused` : `events that ${lane.title} refused`, facts: '', state: dead ? 'dead' : '' });
  if (lane.ledger !== null) fill(name('ledger'), { number: lane.ledger, unit: 'remembered as delivered', facts: '' });
}

function flow(lane, old) {
  const grown = (name) => (lane.counts[name] ?? 0) - (old.counts[name] ?? 0);
  const name = (part) => `${lane.name}.${part}`;
  edges.flow(name('post'), grown('queued'));
  edges.flow(name('take'), grown('received'));
  edges.flow(name('send'), (lane.destination.counts.requests ?? 0) - (old.destination.counts.requests ?? 0));
  edges.flow(name('retry'), grown('retried'));
  edges.flow(name('bury'), grown('buried'));
  edges.flow(name('redrive'), grown('redriven'));
  edges.flow(name('note'), (lane.ledger ?? 0) - (old.ledger ?? 0));
}

/** Shows a state of the stack; `now` is the stack's clock, in seconds. */
export function showPipeline(state, now) {
  if (boxes.size === 0) {
    build(state);
    edges.draw();
  }
  const { api } = state;
  fill('api', {
    number: api.accepted,
    unit: 'conversions accepted',
    facts: `of ${plural(api.posts, 'post')}\n\n${api.invalid} invalid\n${api.ignored} ignored${state.destinations.length > 1 ? `\n${api.withheld} withheld` : ''}\n${plural(api.refused, 'post')} refused`,
  });
  for (const lane of state.destinations) {
    fillLane(lane, now);
    const old = before?.destinations.find((one) => one.name === lane.name);
    if (old && before !== state) flow(lane, old);
  }
  before = state;
}
