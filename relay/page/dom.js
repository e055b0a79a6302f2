// The only ways in which this page makes and fills elements: text is always text, never markup.

/** Makes an element: `properties` are set on it, `dataset` and `attributes` apart, children may be texts. */
export function make(tag, properties = {}, ...children) {
  const { dataset = {}, attributes = {}, ...others } = properties;
  const element = Object.assign(document.createElement(tag), others);
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Sets the text only where it differs, so that a screen reader and a selection are not disturbed. */
export function say(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Makes the children of `parent` those of `items`, in order; elements are kept by key, so that focus stays. */
export function keep(parent, items, keyOf, create, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = known.get(key);
    known.delete(key);
    if (!child) {
      child = create(item);
      child.dataset.key = key;
    }
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of known.values()) child.remove();
}

export const plural = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** A link to what became of the event, or the request, of this id. */
export const link = (id, text = id) => make('a', { href: `#id=${encodeURIComponent(id)}`, className: 'mono' }, text);

/** JSON as a scrollable block that a keyboard can reach. */
export function json(value, label) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return make('pre', { className: 'json', tabIndex: 0, attributes: { role: 'region', 'aria-label': label } }, text);
}
