// One conversion, or one request: the lines and tables of `relay status`.

import { byId, link, make, show } from './dom.js';

const BAD = { 'dead letter': 'rejected' }; // outcomes that look like another one

function item(columns, row, ofRequest) {
  const parts = columns.map((column, place) => {
    const cell = String(row[place] ?? '');
    if (column === 'outcome') return make('span', { className: 'chip', dataset: { outcome: BAD[cell] ?? cell } }, cell);
    return ofRequest && column === 'event' && !cell.startsWith('(') ? link(cell) : cell;
  });
  return make('li', {}, ...parts.filter(Boolean).flatMap((part) => [part, ' ']));
}

export function tellStory(id, { answer, tables, lines }) {
  const ofRequest = 'request_id' in answer;
  byId('story').replaceChildren(
    make('h3', {}, ofRequest ? `The request ${id}` : `${id}: ${answer.state}`),
    ...tables.map(([columns, rows]) => make('ul', {}, ...rows.map((row) => item(columns, row, ofRequest)))),
    ...lines.map((line) => make('p', {}, line)));
}

const named = () => new URLSearchParams(location.hash.slice(1)).get('id');

/** Asks for the one that the address names, `ask` being how; `follow`: a link was followed, so that it comes into view. */
export async function showOne(ask, follow) {
  const id = named();
  if (!id) return;
  byId('id').value = id;
  const story = byId('story');
  show(story, true);
  story.replaceChildren(make('p', {}, 'looking'));
  if (follow) story.focus();
  try {
    const told = await ask(id);
    if (id === named()) tellStory(id, told); // another link may have been followed meanwhile
  } catch (error) {
    if (id === named()) story.replaceChildren(make('p', {}, error.message));
  }
  if (follow) story.scrollIntoView({ block: 'nearest' });
}
