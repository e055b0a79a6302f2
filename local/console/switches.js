// The switches of one sandbox: what is on is what the sandbox says, not what was clicked.

import { keep, make, say, show } from './dom.js';
import { post } from './link.js';

const RETRY_AFTER = 'Retry-After';

/** The faults that are on, as short names for the picture. */
export function faultNames(faults) {
  const refused = Object.keys(faults.refuse ?? {}).length;
  return [
    faults.drop === 'before' && 'outage',
    faults.status && String(faults.status),
    faults.delay && `slow ${faults.delay} s`,
    faults.revoked && 'key revoked',
    refused && `refuses ${refused}`,
    faults.drop === 'after' && 'no answer',
    faults.failing && 'takes, then 500',
    faults.malformed && 'broken answers',
    faults.wording && `${faults.wording} answers`,
    faults.naming && faults.naming !== 'path' && `names by ${faults.naming}`,
    faults.echo && 'echoes',
  ].filter(Boolean);
}

/** Makes the switches of a lane; `update` shows the faults in force. */
export function makeSwitches(lane) {
  const trouble = make('p', { className: 'trouble', attributes: { role: 'alert' } });
  // A look that was under way when somebody clicked tells about the time before: until the sandbox has answered it is not shown.
  let asking = 0;
  let last = {};
  const turn = (faults) => {
    last = faults;
    if (asking) return;
    for (const one of switches) one.input.checked = one.on(faults);
  };
  const set = async (wanted) => {
    asking += 1;
    try {
      last = await post('faults', { destination: lane.name, faults: wanted });
      say(trouble, '');
    } catch (error) {
      say(trouble, error.message);
    } finally {
      asking -= 1;
      turn(last);
    }
  };
  const after = make('input', { type: 'number', min: 0, max: 3600, value: 30, attributes: { 'aria-label': 'Retry-After in seconds' } });
  const delay = make('select', { attributes: { 'aria-label': 'Seconds that an answer takes' } }, ...[2, 5, 12].map((seconds) => make('option', { value: seconds }, `${seconds} s`)));
  const wording = make('select', { attributes: { 'aria-label': 'What a success says' } }, make('option', { value: 'empty' }, 'without a body'), make('option', { value: 'unfamiliar' }, 'in no documented form'));
  // A status is one of two, so each takes the other's place.
  const switches = [
    { name: 'Outage', about: 'drops every connection', on: (f) => f.drop === 'before', set: (on) => ({ drop: on ? 'before' : null }) },
    { name: 'Answers 500', about: '', on: (f) => f.status === 500, set: (on) => ({ status: on ? 500 : null, headers: null }) },
    { name: 'Answers 429', about: 'Retry-After', extra: [after, ' s'], on: (f) => f.status === 429, set: (on) => ({ status: on ? 429 : null, headers: on ? { [RETRY_AFTER]: String(after.value || 0) } : null }) },
    { name: 'Slow', about: '', extra: [delay], on: (f) => Boolean(f.delay), set: (on) => ({ delay: on ? Number(delay.value) : null }) },
    { name: 'Key revoked', about: 'answers 401', on: (f) => Boolean(f.revoked), set: (on) => ({ revoked: on ? true : null }) },
    { name: 'Fails late', about: 'takes events, then says 500', on: (f) => Boolean(f.failing), set: (on) => ({ failing: on ? true : null }) },
    { name: 'Odd answers', about: '200', extra: [wording], on: (f) => Boolean(f.wording), set: (on) => ({ wording: on ? wording.value : null }) },
    { name: 'Broken answers', about: 'takes events, then says half of it', on: (f) => Boolean(f.malformed), set: (on) => ({ malformed: on ? true : null }) },
  ];
  const naming = make('select', { attributes: { 'aria-label': 'How an error names its event' } }, ...['position', 'none'].map((way) => make('option', { value: way }, way === 'none' ? 'not at all' : 'by position')));
  const own = [
    { name: 'Vague errors', fault: 'naming', about: '', extra: [naming], on: (f) => Boolean(f.naming) && f.naming !== 'path', set: (on) => ({ naming: on ? naming.value : null }) },
    { name: 'Echoing errors', fault: 'echo', about: 'quote what was sent', on: (f) => Boolean(f.echo), set: (on) => ({ echo: on ? true : null }) },
  ];
  switches.push(...own.filter((one) => lane.destination.settable.includes(one.fault)));
  const items = switches.map((one) => {
    one.input = make('input', { type: 'checkbox', attributes: { role: 'switch' } });
    one.input.addEventListener('change', () => set(one.set(one.input.checked)));
    const about = one.about ? make('span', { className: 'quiet' }, one.about) : '';
    return make('li', {}, make('label', { className: 'switch' }, one.input, make('span', {}, one.name), about), ...(one.extra ?? []));
  });
  for (const [input, one] of [[after, switches[2]], [delay, switches[3]], [wording, switches[6]], [naming, own.find((one) => one.fault === 'naming')]]) {
    input.addEventListener('change', () => one.input.checked && set(one.set(true)));
  }
  const id = make('input', { type: 'text', placeholder: 'event id', spellcheck: false, autocomplete: 'off', attributes: { 'aria-label': 'Event id to refuse' } });
  const refuse = make('form', { className: 'refuse' }, make('label', { className: 'unseen' }, 'Event id to refuse'), id, make('button', { type: 'submit', className: 'plain' }, 'Refuse this id'));
  refuse.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!id.value.trim()) return;
    set({ refuse: { [id.value.trim()]: lane.destination.refusal } });
    id.value = '';
  });
  const refused = make('ul', { className: 'refused', attributes: { 'aria-label': 'Refused event ids' } });
  const off = make('button', { type: 'button', className: 'plain' }, 'All off');
  const NAMES = ['status', 'headers', 'delay', 'drop', 'refuse', 'revoked', 'failing', 'malformed', 'wording', 'naming', 'echo'];
  off.addEventListener('click', () => set(Object.fromEntries(NAMES.filter((name) => lane.destination.settable.includes(name)).map((name) => [name, null]))));
  const lift = (name) => set({ refuse: { [name]: null } });
  const element = make('section', { className: 'card', attributes: { 'aria-label': `${lane.title} sandbox` } }, make('div', { className: 'head' }, make('h2', {}, `${lane.title} sandbox`), off), make('ul', { className: 'switches' }, ...items), refuse, refused, trouble);
  return {
    element,
    update(known) {
      const faults = known ?? {};
      turn(faults);
      off.disabled = faultNames(faults).length === 0;
      const ids = Object.keys(faults.refuse ?? {});
      show(refused, ids.length > 0);
      keep(refused, ids, (name) => name, (name) => {
        const button = make('button', { type: 'button', className: 'plain', attributes: { 'aria-label': `Take ${name} again` } }, 'take again');
        button.addEventListener('click', () => lift(name));
        return make('li', {}, make('span', { className: 'mono' }, name), button);
      }, () => {});
    },
  };
}
