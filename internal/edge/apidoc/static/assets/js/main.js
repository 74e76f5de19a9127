// The page: its frame, its addresses, its two languages and themes.
import { choices, h, icon, keep } from './dom.js';
import { load } from './document.js';
import { makeNav } from './nav.js';
import { head, reference } from './operation.js';
import { overview } from './overview.js';
import { lang, setLang, t } from './texts.js';
import { tryOut } from './try.js';

const root = document.documentElement;
let doc = null;
let nav = null;
let main = null;
let bar = null;

// where reads the address: an operation and its tab, or a place of the
// overview.
function where() {
  const [id, tab] = location.hash.slice(1).split('/');
  return { id, tab: tab === 'try' ? 'try' : 'about' };
}

// start loads the document. What the reader did meanwhile, who may have opened
// the menu and typed, is not taken from him.
async function start(words = '') {
  frame(waiting(), words);
  let content = null;
  try {
    doc = await load(lang());
  } catch (why) {
    doc = null;
    content = broken(why);
  }
  const open = document.body.classList.contains('nav-open');
  frame(content, nav.words());
  if (doc) show(false);
  if (open) menu(true);
}

// frame lays the page out anew.
function frame(content, words) {
  document.title = t('title');
  nav = makeNav(doc || { ops: new Map(), groups: [] }, { words, leave });
  main = h('main', { id: 'main', tabindex: -1 }, content);
  bar = h('header.bar');
  nav.side.addEventListener('click', (event) => event.target.closest('a') && menu(false)); // the address may stay as it is
  document.body.replaceChildren(
    h('a.skip', { href: '#main', onclick: (event) => { event.preventDefault(); main.focus(); } }, t('skip')),
    h('div.frame', nav.side, h('button.shade', { type: 'button', tabindex: -1, 'aria-label': t('menu.close'), onclick: () => menu(false) }), h('div.page', bar, main)),
    h('div.said', { id: 'said', role: 'status' }));
  document.body.classList.remove('nav-open');
  fillBar(null);
}

function fillBar(op) {
  const dark = root.dataset.theme === 'dark';
  const group = op && doc.groups.find((g) => g.id === op.group);
  const crumbs = h('nav.crumbs', { 'aria-label': t('crumbs') },
    op ? h('a', { href: '#' }, t('overview')) : h('span', { 'aria-current': 'page' }, t('overview')),
    op && [icon('next', 14), h('a', { href: '#group-' + group.id }, group.title), icon('next', 14), h('span', { 'aria-current': 'page' }, op.title)]);
  bar.replaceChildren(
    h('button.btn.btn-g.btn-i.only-narrow', { type: 'button', 'aria-label': t('menu.open'), 'aria-controls': 'side', 'aria-expanded': 'false', id: 'menu', onclick: () => menu(true) }, icon('menu')),
    crumbs,
    h('button.btn.btn-g', { type: 'button', 'aria-label': t('lang.switch'), title: t('lang.switch'), onclick: turnLang }, t('lang.other')),
    h('button.btn.btn-g.btn-i', { type: 'button', id: 'theme', 'aria-label': t(dark ? 'theme.light' : 'theme.dark'), title: t(dark ? 'theme.light' : 'theme.dark'), onclick: turnTheme }, icon(dark ? 'sun' : 'moon')));
}

// show puts what the address names onto the page.
function show(moved = true) {
  const { id, tab } = where();
  const op = doc.ops.get(id);
  const place = ['start', 'auth', 'units', 'repeat', 'lists', 'errors', 'all'].includes(id) || id.startsWith('group-') ? id : '';
  if (op) main.replaceChildren(head(op, tab), tab === 'try' ? tryOut(doc, op) : reference(doc, op));
  else main.replaceChildren(id && !place ? missing(id) : overview(doc));
  document.title = op ? op.title + ' · ' + t('title') : t('title');
  fillBar(op);
  nav.at(op ? op.id : '');
  menu(false);
  const section = place && document.getElementById(place);
  if (section) section.scrollIntoView();
  else if (moved) scrollTo(0, 0);
  if (moved && !section) main.querySelector('h1')?.focus({ preventScroll: true });
}

function turnLang() {
  setLang(lang() === 'ru' ? 'en' : 'ru');
  start(nav.words());
}

function turnTheme() {
  root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  keep(choices, 'theme', root.dataset.theme);
  fillBar(doc?.ops.get(where().id));
  document.getElementById('theme').focus();
}

// menu opens and shuts the sidebar where it has no place of its own.
function menu(open) {
  const was = document.body.classList.contains('nav-open');
  if (was === open) return;
  document.body.classList.toggle('nav-open', open);
  main.inert = bar.inert = open;
  document.getElementById('menu').setAttribute('aria-expanded', String(open));
  if (open) nav.input.focus();
  else document.getElementById('menu').focus();
}

function leave() {
  if (document.body.classList.contains('nav-open')) menu(false);
  else main.focus();
}

const narrow = matchMedia('(max-width: 959px)');
narrow.addEventListener('change', () => menu(false));

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, textarea, select');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    if (narrow.matches) menu(true);
    nav.input.focus();
    nav.input.select();
  } else if (event.key === 'Escape' && document.body.classList.contains('nav-open')) {
    menu(false);
  }
});

addEventListener('hashchange', () => {
  if (doc) show();
});

const waiting = () => h('div.stack', { role: 'status', 'aria-label': t('load.wait') }, h('div.sk.sk-1'), h('div.sk.sk-2'), h('div.sk.sk-3'), h('div.sk.sk-3'));

function broken(why) {
  return h('div.empty', { role: 'alert' }, h('div.pic', icon('off', 28)), h('h1', t('load.failed')),
    h('p', t('load.failed.hint', { url: '/api/v1/openapi.json', why: t(why.reason || 'load.wrong', { status: why.status }) })),
    h('div.row', h('button.btn.btn-p', { type: 'button', onclick: () => start(nav.words()) }, icon('again', 16), t('load.again'))));
}

function missing(id) {
  return h('div.empty', h('div.pic', icon('search', 28)), h('h1', { tabindex: -1 }, t('no-op')), h('p', t('no-op.hint', { id })),
    h('div.row', h('a.btn.btn-p', { href: '#' }, t('no-op.back'))));
}

start();
