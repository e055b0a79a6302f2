// The page: listens to the stack and hands what it hears to the parts that show it.

import { composer } from './composer.js';
import { byId } from './dom.js';
import { showDestinations } from './destinations.js';
import { listen } from './link.js';
import { showPipeline } from './pipeline.js';
import { showQuality } from './quality.js';
import { offerThemes } from './themes.js';
import { nameDestinations, showConversions } from './table.js';

let state = null;
let ahead = 0; // seconds by which the stack's clock is ahead of this one
const now = () => Date.now() / 1000 + ahead;

function showState() {
  if (!state) return;
  showPipeline(state, now());
  showDestinations(state, now());
}

listen(
  (told) => {
    ahead = told.now - Date.now() / 1000;
    state = told.state;
    nameDestinations(state.destinations);
    showQuality(state);
    composer.sandboxes = state.destinations.filter((one) => one.destination.sandbox).map((one) => one.name);
    showState();
  },
  showConversions,
);
setInterval(showState, 1000); // what waits comes nearer although nothing else happens
composer.start();

offerThemes(byId('theme'));
