// Templates of the page, filled. Everything that is shown is put as text, never as HTML.
import { opened } from './turn.js';

export const $ = (s, r = document) => r.querySelector(s);
export const $$ = (s, r = document) => [...r.querySelectorAll(s)];

/** make copies a template and fills its places: data-f="name" gets fields.name. */
export function make(name, fields = {}) {
  const node = $('#t-' + name).content.firstElementChild.cloneNode(true);
  fill(node, fields);
  return node;
}
/** fill puts texts and nodes into the places of a node; null takes a place away. */
export function fill(node, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const places = $$(`[data-f="${name}"]`, node);
    if (node.matches?.(`[data-f="${name}"]`)) places.push(node);
    for (const place of places) {
      if (value === null || value === undefined || value === '') { place.replaceChildren(); place.hidden = true; continue; }
      place.hidden = false;
      if (Array.isArray(value)) place.replaceChildren(...value);
      else if (value instanceof Node) place.replaceChildren(value);
      else place.textContent = value;
    }
  }
}
/** put shows nodes in an element in place of what was there. */
export const put = (where, ...nodes) => { const e = typeof where === 'string' ? $(where) : where; e?.replaceChildren(...nodes); };

export function button(text, deed, { key, primary, data = {} } = {}) {
  const b = document.createElement('button');
  b.type = 'button';
  b.className = 'btn' + (primary ? ' btn-p' : '');
  b.dataset.do = deed;
  Object.assign(b.dataset, data);
  b.append(text);
  if (key) { const k = document.createElement('kbd'); k.textContent = key; b.append(' ', k); }
  return b;
}
/** wrong is an error with what can be done about it. */
export const wrong = (text, ...deeds) => make('error', { text, deeds });

export function note({ tone, icon, text }) {
  const n = make('note', { text });
  n.classList.add('note-' + tone);
  $('use', n).setAttribute('href', document.body.dataset.icons + '#' + icon);
  return n;
}
/** good says that something was done. */
export const good = text => note({ tone: 'brand', icon: 'check', text });
/** rows are pairs of a list of sums: name, value, class. */
export const rows = list => list.map(([name, value, cls]) => {
  const row = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
  dt.textContent = name; dd.textContent = value;
  if (cls) row.className = cls;
  row.append(dt, dd);
  return row;
});
/** open shows a dialog and gives it. */
export function open(id) {
  const d = document.getElementById(id);
  if (!d.open) { opened(d); d.showModal(); }
  return d;
}
/** UNSEEN is how long nobody has seen what has just come, in milliseconds: keys were meant for something else. */
export const UNSEEN = 400;
/** openUnseen opens a dialog that says so meanwhile. */
export function openUnseen(id) {
  const d = open(id);
  d.dataset.unseen = '1';
  setTimeout(() => delete d.dataset.unseen, UNSEEN);
  return d;
}
export const close = id => document.getElementById(id).close();
/** dialogOpen is the dialog on top: one opens above another only in the order of the page. */
export const dialogOpen = () => $$('dialog[open]').at(-1);
