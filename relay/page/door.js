// What ended at the door: how many by outcome, and the newest, each with a link to what became of it.

import { byId, keep, link, make, say, show } from './dom.js';

const keyOf = (one) => `${one.request_id} ${one.index} ${one.outcome} ${one.destinations}`;

function create(one) {
  const name = one.event_id ? link(one.event_id) : link(one.request_id, `the post ${one.request_id}`);
  const from = `${one.sender} via ${one.source}${one.destinations.length ? `, for ${one.destinations.join(' and ')}` : ''}`;
  return make('li', {}, make('p', {}, make('span', { className: 'chip', dataset: { outcome: one.outcome } }, one.outcome), ' ', name, ' ', make('span', { className: 'time' }, one.at)),
    make('p', {}, `${one.why}${one.status ? ` (${one.status})` : ''} `, make('span', { className: 'quiet' }, from)));
}

export function showDoor(door) {
  say(byId('door-count'), door.total ? door.total.toLocaleString('en-US') : '');
  const sums = Object.entries(door.outcomes).map(([outcome, count]) => `${count.toLocaleString('en-US')} ${outcome}`);
  const listed = door.events.length < door.total ? `The newest ${door.events.length} are listed.` : '';
  say(byId('door-sums'), [...door.notes, sums.length ? `${sums.join(', ')}.` : '', listed].filter(Boolean).join(' '));
  show(byId('door-none'), door.total === 0 && door.notes.length === 0);
  show(byId('door-box'), door.total > 0);
  keep(byId('door-list'), door.events, keyOf, create, () => {});
}
