// Elements made by hand: nothing on the page is ever parsed out of text.

// h makes an element: h('p.small', {title: '…'}, 'text', child, [more], null).
export function h(name, ...rest) {
  const [tag, ...classes] = name.split('.');
  const el = document.createElement(tag);
  if (classes.length) el.className = classes.join(' ');
  const first = rest[0];
  if (first && typeof first === 'object' && !Array.isArray(first) && !(first instanceof Node)) {
    rest.shift();
    for (const [key, value] of Object.entries(first)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
      else if (key === 'value') el.value = value;
      else el.setAttribute(key, value === true ? '' : value);
    }
  }
  add(el, rest);
  return el;
}

export function add(el, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== '') el.append(child);
  }
  return el;
}

const shapes = {
  search: 'M10 4a6 6 0 1 1 0 12a6 6 0 1 1 0-12M15 15l5 5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  next: 'M9 6l6 6l-6 6',
  sun: 'M12 8a4 4 0 1 1 0 8a4 4 0 1 1 0-8M12 3v1M12 20v1M3 12h1M20 12h1M5.6 5.6l.8.8M17.6 17.6l.8.8M18.4 5.6l-.8.8M6.4 17.6l-.8.8',
  moon: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z',
  copy: 'M9 9h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3',
  done: 'M5 12.5l4.5 4.5L19 7.5',
  again: 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5',
  eye: 'M3 12s3.5-6 9-6s9 6 9 6s-3.5 6-9 6s-9-6-9-6M12 9.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5',
  warn: 'M12 4l9 16H3zM12 10v4M12 17v.2',
  info: 'M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18M12 11v5M12 8v.2',
  send: 'M5 12h14M13 6l6 6l-6 6',
  file: 'M7 3h7l5 5v11a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M14 3v5h5',
  off: 'M4 4l16 16M9 6.4A10 10 0 0 1 20 10M4 10a10 10 0 0 1 3-2.4M7 14a6 6 0 0 1 4-2M12 18v.2',
};

export function icon(name, size = 18) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  const set = (el, attrs) => Object.entries(attrs).forEach(([k, v]) => el.setAttribute(k, v));
  set(svg, {
    width: size, height: size, viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': 2,
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true',
  });
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', shapes[name]);
  svg.append(path);
  return svg;
}

// inline turns `code` in a text into elements.
export function inline(text) {
  return String(text || '').split(/(`[^`]+`)/).map((part) =>
    part.length > 2 && part.startsWith('`') && part.endsWith('`') ? h('code', part.slice(1, -1)) : part);
}

// prose shows a text of paragraphs and of lists by "- ".
export function prose(text) {
  const blocks = String(text || '').trim().split(/\n\s*\n/).filter(Boolean);
  return h('div.prose', blocks.map((block) => {
    const lines = block.split('\n');
    if (lines.every((l) => l.startsWith('- '))) return h('ul', lines.map((l) => h('li', inline(l.slice(2)))));
    return h('p', inline(lines.join(' ')));
  }));
}

// say tells what has happened, to eyes and to a screen reader.
let hush = 0;
export function say(text) {
  const at = document.getElementById('said');
  at.textContent = text;
  clearTimeout(hush);
  hush = setTimeout(() => { at.textContent = ''; }, 3000);
}

// keep and kept hold the reader's choices where the browser lets them.
export function keep(store, name, value) {
  try {
    if (value) store().setItem('kopilka.' + name, value);
    else store().removeItem('kopilka.' + name);
  } catch {
    // nothing is kept then
  }
}

export function kept(store, name) {
  try {
    return store().getItem('kopilka.' + name) || '';
  } catch {
    return '';
  }
}

export const choices = () => localStorage;
export const secrets = () => sessionStorage;
