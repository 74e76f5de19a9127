// The list of operations with its search, and the keys that move in it.
import { h, icon } from './dom.js';
import { method } from './code.js';
import { count, t } from './texts.js';

const fold = (s) => s.toLowerCase().replaceAll('ё', 'е');

// find gives the operations that have all the words, the best first.
export function find(doc, words) {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  const found = [];
  for (const op of doc.ops.values()) {
    const places = [[fold(op.title), 4], [fold(op.id), 3], [fold(op.method + ' ' + op.path), 3], [fold(op.groupTitle), 2], [fold(op.about + ' ' + op.words), 1]];
    let score = 0;
    for (const word of wanted) {
      const best = Math.max(0, ...places.map(([text, worth]) => (text.includes(word) ? worth : 0)));
      if (!best) {
        score = 0;
        break;
      }
      score += best + (fold(op.title).split(' ').some((w) => w.startsWith(word)) ? 2 : 0);
    }
    if (score) found.push([score, op]);
  }
  return found.sort((a, b) => b[0] - a[0]).map(([, op]) => op);
}

function marked(title, words) {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  const low = fold(title);
  const hit = wanted.map((w) => [low.indexOf(w), w.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0])[0];
  if (!hit) return title;
  const [at, long] = hit;
  return [title.slice(0, at), h('mark', title.slice(at, at + long)), title.slice(at + long)];
}

const item = (op, words) => h('li', h('a', { href: '#' + op.id, 'data-op': op.id },
  method(op), h('span', words ? marked(op.title, words) : op.title, words && h('span.where', op.groupTitle))));

// makeNav builds the sidebar. words stand in the search from before.
export function makeNav(doc, { words = '', leave }) {
  const list = h('nav', { 'aria-label': t('nav'), id: 'ops' });
  const told = h('div.vh', { role: 'status' });
  const input = h('input', { type: 'search', id: 'find', value: words, placeholder: t('find'), 'aria-label': t('find'), 'aria-controls': 'ops', autocomplete: 'off', spellcheck: 'false' });
  const hint = h('kbd', { 'aria-hidden': 'true' }, '/');
  const clear = h('button.clear', { type: 'button', 'aria-label': t('find.clear'), onclick: () => wipe() }, icon('close'));
  let current = '';

  function wipe() {
    input.value = '';
    show();
    input.focus();
  }

  function show() {
    const asked = input.value.trim();
    clear.hidden = !input.value;
    hint.hidden = Boolean(input.value);
    told.textContent = '';
    if (!asked) {
      list.replaceChildren(
        h('a', { href: '#', 'data-op': '' }, icon('file', 16), t('overview')),
        ...doc.groups.map((g) => h('details', { open: g.ops.some((op) => op.id === current) },
          h('summary', icon('next', 16), g.title, h('span.n', { 'aria-label': count('ops', g.ops.length) }, String(g.ops.length))),
          h('ul', g.ops.map((op) => item(op))))));
    } else {
      const found = find(doc, asked);
      told.textContent = found.length ? count('find.found', found.length) : t('find.none');
      list.replaceChildren(found.length
        ? h('ul', found.map((op) => item(op, asked)))
        : h('div.none', h('b', t('find.none')), h('p', t('find.none.hint')), h('button', { type: 'button', onclick: wipe }, t('find.clear'))));
    }
    mark();
  }

  function mark() {
    for (const a of list.querySelectorAll('a')) {
      if (a.dataset.op === current) a.setAttribute('aria-current', 'page');
      else a.removeAttribute('aria-current');
    }
  }

  // stops are what the arrows go over.
  const stops = () => [...list.querySelectorAll('a, summary, button')].filter((el) => el.getClientRects().length);

  function move(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const on = stops();
    const at = on.indexOf(document.activeElement);
    const group = document.activeElement.closest?.('details');
    switch (event.key) {
      case 'ArrowDown': on[Math.min(at + 1, on.length - 1)]?.focus(); break;
      case 'ArrowUp': (at > 0 ? on[at - 1] : input).focus(); break;
      case 'Home': if (at < 0) return; on[0].focus(); break;
      case 'End': if (at < 0) return; on[on.length - 1].focus(); break;
      case 'ArrowRight': if (!group || group.open) return; group.open = true; break;
      case 'ArrowLeft': if (!group?.open || at < 0) return; group.open = false; group.firstChild.focus(); break;
      case 'Enter':
        if (document.activeElement !== input) return;
        list.querySelector('a[data-op]')?.click();
        break;
      case 'Escape':
        if (input.value) wipe();
        else leave();
        break;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  input.addEventListener('input', show);
  const side = h('aside.side', { id: 'side', 'aria-label': t('nav'), onkeydown: move },
    h('div.side-top',
      h('a.logo', { href: '#' }, h('img', { src: new URL('../icon.svg', import.meta.url).pathname, alt: '', width: 38, height: 38 }), h('span', h('b', t('brand')), h('span', t('brand.sub')))),
      h('div.find', icon('search'), input, hint, clear)),
    told, list,
    h('div.keys', { 'aria-hidden': 'true' },
      [['/', 'find'], ['↑ ↓', 'move'], ['Enter', 'open'], ['Esc', 'leave']].map(([key, what]) => h('span', h('kbd', key), t('keys.' + what)))));
  show();

  return {
    side,
    input,
    words: () => input.value,
    at(id) {
      current = id;
      for (const d of list.querySelectorAll('details')) if (d.querySelector(`[data-op="${CSS.escape(id)}"]`)) d.open = true;
      mark();
      list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    },
  };
}
