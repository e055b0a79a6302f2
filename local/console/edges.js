// The lines of the picture, drawn between the boxes wherever the layout puts them, and what flows along them.

const SVG = 'http://www.w3.org/2000/svg';
const RADIUS = 10; // of a corner, in pixels
const FLIGHT = 900; // of a dot, in milliseconds
const MOST_DOTS = 6; // at once on one line

const still = matchMedia('(prefers-reduced-motion: reduce)');

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A path through the points, its corners rounded. */
function rounded(points) {
  const [first, ...rest] = points;
  let path = `M${first[0]} ${first[1]}`;
  rest.forEach(([x, y], index) => {
    const next = rest[index + 1];
    if (!next) {
      path += ` L${x} ${y}`;
      return;
    }
    const [px, py] = points[index];
    const before = Math.min(RADIUS, Math.hypot(x - px, y - py) / 2);
    const after = Math.min(RADIUS, Math.hypot(next[0] - x, next[1] - y) / 2);
    path += ` L${x - Math.sign(x - px) * before} ${y - Math.sign(y - py) * before}`;
    path += ` Q${x} ${y} ${x + Math.sign(next[0] - x) * after} ${y + Math.sign(next[1] - y) * after}`;
  });
  return path;
}

// Where each line runs, in a wide picture (left to right) and in a narrow one (downwards, two columns).
const WIDE = {
  post: (a, b) => [[a.right, b.middle], [b.left, b.middle]],
  take: (a, b) => [[a.right, a.middle], [b.left, b.middle]],
  send: (a, b) => [[a.right, a.middle], [b.left, b.middle]],
  retry: (a, b) => [[a.center, a.top], [a.center, a.top - 20], [b.center, a.top - 20], [b.center, b.top]],
  bury: (a, b) => [[a.center - 24, a.bottom], [a.center - 24, b.middle], [b.right, b.middle]],
  note: (a, b) => [[a.center + 24, a.bottom], [a.center + 24, b.middle], [b.left, b.middle]],
  redrive: (a, b) => [[a.center, a.top], [a.center, b.bottom]],
};
const NARROW = {
  // Past whatever lies between: the lanes before it.
  post: (a, b) => (b.top - a.bottom < 60 ? [[b.center, a.bottom], [b.center, b.top]] : [[a.left, a.middle], [a.left - 17, a.middle], [a.left - 17, b.top + 14], [b.left, b.top + 14]]),
  take: (a, b) => [[a.center, a.bottom], [a.center, b.top]],
  send: (a, b) => [[a.center, a.bottom], [a.center, b.top]],
  retry: (a, b) => [[a.left, a.middle], [a.left - 9, a.middle], [a.left - 9, b.middle], [b.left, b.middle]],
  bury: (a, b) => [[a.right, a.middle - 14], [b.center, a.middle - 14], [b.center, b.bottom]],
  note: (a, b) => [[a.right, a.middle + 14], [b.center, a.middle + 14], [b.center, b.top]],
  redrive: (a, b) => [[a.left, a.middle], [b.right, a.middle]],
};
const LABELS = { retry: 'retry', bury: 'rejected', note: 'delivered', redrive: 'redrive' };

function labelPlace(kind, points, narrow) {
  if (narrow) return null;
  const [first, second] = points;
  if (kind === 'retry') return [(second[0] + points[2][0]) / 2, second[1] - 6, 'middle'];
  if (kind === 'redrive') return [first[0] + 8, (first[1] + second[1]) / 2 + 4, 'start'];
  const end = points.at(-1);
  return [(second[0] + end[0]) / 2, end[1] - 7, 'middle'];
}

/** The lines of one picture: `connect` names one, `draw` places all of them again, `flow` lets something move along one. */
export class Edges {
  constructor(picture, canvas) {
    this.picture = picture;
    this.canvas = canvas;
    this.lines = new Map();
    const tip = svg('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' });
    tip.append(svg('path', { d: 'M0.8 0.8 7 4 0.8 7.2Z', class: 'tip' }));
    const definitions = svg('defs', {});
    definitions.append(tip);
    canvas.append(definitions);
    new ResizeObserver(() => this.draw()).observe(picture);
  }

  connect(name, kind, from, to) {
    const line = svg('path', { class: `edge ${kind}`, 'marker-end': 'url(#tip)' });
    const label = svg('text', { class: 'label' });
    label.textContent = LABELS[kind] ?? '';
    this.canvas.append(line, label);
    this.lines.set(name, { kind, from, to, line, label, path: '', dots: 0 });
  }

  draw() {
    const origin = this.picture.getBoundingClientRect();
    const narrow = getComputedStyle(this.picture).getPropertyValue('--narrow').trim() === '1';
    this.canvas.setAttribute('viewBox', `0 0 ${origin.width} ${origin.height}`);
    const place = (element) => {
      const box = element.getBoundingClientRect();
      const [left, top] = [box.left - origin.left, box.top - origin.top].map(Math.round);
      const [width, height] = [box.width, box.height].map(Math.round);
      return { left, top, right: left + width, bottom: top + height, center: left + width / 2, middle: top + height / 2 };
    };
    for (const edge of this.lines.values()) {
      const points = (narrow ? NARROW : WIDE)[edge.kind](place(edge.from), place(edge.to));
      edge.path = rounded(points);
      edge.line.setAttribute('d', edge.path);
      const at = labelPlace(edge.kind, points, narrow);
      edge.label.toggleAttribute('hidden', !at);
      if (at) {
        edge.label.setAttribute('x', at[0]);
        edge.label.setAttribute('y', at[1]);
        edge.label.setAttribute('text-anchor', at[2]);
      }
    }
  }

  flow(name, number) {
    const edge = this.lines.get(name);
    if (!edge || number <= 0) return;
    edge.line.classList.add('lit');
    clearTimeout(edge.off);
    edge.off = setTimeout(() => edge.line.classList.remove('lit'), FLIGHT + 300);
    if (still.matches) return; // the line alone lights up
    for (let count = Math.min(number, MOST_DOTS - edge.dots), turn = 0; turn < count; turn += 1) this.#dot(edge, turn * 110);
  }

  #dot(edge, delay) {
    const dot = svg('circle', { r: 4.5, class: `dot ${edge.kind}` });
    dot.style.offsetPath = `path("${edge.path}")`;
    edge.dots += 1;
    this.canvas.append(dot);
    const flight = dot.animate(
      [
        { offsetDistance: '0%', opacity: 0 },
        { offsetDistance: '8%', opacity: 1, offset: 0.08 },
        { offsetDistance: '92%', opacity: 1, offset: 0.92 },
        { offsetDistance: '100%', opacity: 0 },
      ],
      { duration: FLIGHT, delay, easing: 'ease-in-out', fill: 'both' },
    );
    flight.finished.finally(() => {
      dot.remove();
      edge.dots -= 1;
    });
  }
}
