// The button that changes the theme: it names the one that it brings.

import { say } from './dom.js';

export function offerThemes(button) {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const offer = () => say(button, isDark() ? 'Light theme' : 'Dark theme');
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
    offer();
  });
  dark.addEventListener('change', offer);
  offer();
}
