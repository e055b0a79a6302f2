// What each destination has besides its place in the picture: who waits, the dead letters, the sandbox's switches.

import { byId, clock, keep, make, plural, say, show } from './dom.js';
import { post } from './link.js';
import { makeSwitches } from './switches.js';

const lanes = new Map();

function acting(button, trouble, act) {
  button.addEventListener('click', async () => {
    try {
      await act();
      say(trouble, '');
    } catch (error) {
      say(trouble, error.message);
    }
  });
}

function panel(title, button) {
  const list = make('ul', { className: 'list' });
  const none = make('p', { className: 'quiet none' });
  const trouble = make('p', { className: 'trouble', attributes: { role: 'alert' } });
  const count = make('span', { className: 'count' });
  const element = make('section', { className: 'card', attributes: { 'aria-label': title } }, make('div', { className: 'head' }, make('h2', {}, title, ' ', count), button), trouble, list, none);
  return { element, list, none, trouble, count };
}

function build(lane, many) {
  const of = many ? ` for ${lane.title}` : '';
  const now = make('button', { type: 'button', className: 'plain' }, 'Try now');
  const waiting = panel(`Waiting${of}`, now);
  acting(now, waiting.trouble, () => post('try-now', { destination: lane.name }));
  say(waiting.none, 'No message waits to be tried again.');
  const redrive = make('button', { type: 'button', className: 'plain' }, 'Redrive all');
  const dead = panel(`Dead letters${of}`, redrive);
  const progress = make('progress', { max: 1, value: 0, hidden: true, attributes: { 'aria-label': 'Redrive' } });
  const moved = make('p', { className: 'quiet', hidden: true, attributes: { role: 'status' } });
  dead.list.before(progress, moved);
  acting(redrive, dead.trouble, () => post('redrive', { destination: lane.name }));
  say(dead.none, 'None.');
  const open = panel(`Open circuits${of}`, '');
  say(open.none, 'Their events wait, and one probe at a time goes out. “Try now” makes the next probe due.');
  const twice = make('p', { className: 'trouble', hidden: true });
  dead.list.before(twice);
  const switches = lane.destination.sandbox ? makeSwitches(lane) : null;
  byId('lanes').append(...(switches ? [switches.element] : []), open.element, waiting.element, dead.element);
  return { open, twice, now, waiting, redrive, dead, progress, moved, switches };
}

const named = (item) => [...(item.events ?? [item.event_id]), item.more ? `and ${item.more} more` : ''].filter(Boolean).join(', ') || '(nobody can read it)';

function entry() {
  return make('li', {}, make('p', { className: 'line' }, make('span', { className: 'mono who' }), make('span', { className: 'when' })), make('p', { className: 'quiet reason' }));
}

function updateWaiting(child, item, now) {
  const left = Math.max(0, Math.ceil(item.at - now));
  say(child.querySelector('.who'), named(item));
  say(child.querySelector('.when'), left > 90 ? `back in ${Math.ceil(left / 60)} min` : `back in ${left} s`);
  say(child.querySelector('.reason'), `${plural(item.tries, 'try', 'tries')}: ${item.why || 'delayed'}`);
}

function updateLetter(child, item) {
  say(child.querySelector('.who'), named(item));
  say(child.querySelector('.when'), item.event_name ?? '');
  say(child.querySelector('.reason'), item.reason);
}

function updateCircuit(child, item, now) {
  const left = Math.max(0, Math.ceil(item.next_at - now));
  const next = item.understood ? 'up to 50 events' : 'the next';
  say(child.querySelector('.who'), item.group);
  say(child.querySelector('.when'), `since ${clock(item.since)}`);
  say(child.querySelector('.reason'), `${item.why}; ${plural(item.probes, 'probe')} so far, ${next} ${left ? `in ${left} s` : 'now'}`);
}

/** Shows the lanes of a state; `now` is the stack's clock, in seconds. */
export function showDestinations(state, now) {
  for (const lane of state.destinations) {
    if (!lanes.has(lane.name)) lanes.set(lane.name, build(lane, state.destinations.length > 1));
    const known = lanes.get(lane.name);
    known.switches?.update(lane.destination.faults);
    say(known.waiting.count, lane.queue.later || '');
    show(known.waiting.none, lane.waiting.length === 0);
    known.now.disabled = lane.queue.later === 0;
    keep(known.waiting.list, lane.waiting, (item) => item.message, entry, (child, item) => updateWaiting(child, item, now));
    show(known.open.element, lane.circuits.open.length > 0);
    say(known.open.count, lane.circuits.open.length || '');
    keep(known.open.list, lane.circuits.open, (item) => item.group, entry, (child, item) => updateCircuit(child, item, now));
    const { count, letters } = lane.dead_letters;
    const suspects = letters.filter((item) => item.counted_twice).length;
    show(known.twice, suspects > 0);
    say(known.twice, `${plural(suspects, 'dead letter')} may have been counted twice: look first. “Redrive all” moves them too, relay dlq redrive does not.`);
    say(known.dead.count, count || '');
    show(known.dead.none, count === 0);
    known.redrive.disabled = count === 0 || lane.redrive?.status === 'RUNNING';
    keep(known.dead.list, letters, (item) => item.message, entry, updateLetter);
    showRedrive(known, lane.redrive);
  }
}

function showRedrive({ progress, moved }, task) {
  const running = task?.status === 'RUNNING';
  show(progress, running);
  show(moved, Boolean(task));
  if (!task) return;
  progress.max = Math.max(1, task.to_move);
  progress.value = task.moved;
  if (running) say(moved, `${task.moved} of ${task.to_move} moved`);
  else if (task.status === 'COMPLETED') say(moved, `${plural(task.moved, 'dead letter')} moved back to the queue`);
  else say(moved, `the redrive failed: ${task.failure}`);
}
