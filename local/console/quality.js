// What each sender's conversions have to match by, and what was dropped or changed of them.

import { byId, keep, make, say, show } from './dom.js';

const KINDS = [
  ['em', 'E-mail'],
  ['ph', 'Phone'],
  ['ip_agent', 'IP and agent'],
  ['device_id', 'Device id'],
  ['external_id', 'External id'],
  ['value', 'Value'],
  ['currency', 'Currency'],
];

const cell = (className, ...children) => make('td', { className, attributes: { role: 'cell' } }, ...children);

function create() {
  const kinds = KINDS.map(([, title]) => cell('kind', make('span', { className: 'label' }, title), ' ', make('span', { className: 'share' })));
  return make('tr', { attributes: { role: 'row' } }, cell('who'), cell('accepted'), ...kinds, cell('warned'));
}

function update(line, row, many) {
  const [who, accepted, ...rest] = line.children;
  say(who, many ? `${row.sender} → ${row.destination}` : row.sender);
  say(accepted, row.accepted);
  KINDS.forEach(([kind], place) => {
    const share = row.accepted ? `${Math.round((100 * (row.has[kind] ?? 0)) / row.accepted)} %` : '–';
    say(rest[place].lastChild, share);
  });
  say(rest.at(-1), row.warned.map(([field, what, why, number]) => `${field} ${what}${why === what ? '' : ` (${why})`}: ${number}`).join(', '));
}

/** Shows the senders of a state. */
export function showQuality(state) {
  show(byId('quality'), state.senders.length > 0);
  keep(byId('senders'), state.senders, (row) => `${row.sender} ${row.destination}`, create, (line, row) => update(line, row, state.destinations.length > 1));
}
