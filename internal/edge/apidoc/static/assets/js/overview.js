// The first page: how to begin, what holds for every operation, all of them.
import { method } from './code.js';
import { path } from './document.js';
import { h, icon, inline, prose } from './dom.js';
import { codes } from './faults.js';
import { count, has, lang, t } from './texts.js';

export function overview(doc) {
  return h('div.over',
    h('header.stack',
      h('h1', { tabindex: -1 }, doc.info.title),
      doc.info.description && h('div.lead', prose(doc.info.description)),
      h('div.row',
        h('span.chip', t('version', { version: doc.info.version })),
        h('span.chip', count('ops', doc.ops.size)),
        h('a.btn', { href: path + '?lang=' + lang(), download: 'kopilka-openapi.json' }, icon('file', 16), t('document') + ', JSON'),
        h('a.btn', { href: path.replace('.json', '.yaml') + '?lang=' + lang(), download: 'kopilka-openapi.yaml' }, icon('file', 16), 'YAML'))),
    h('div.tiles', h('div.stack', start(doc), card('repeat')), h('div.stack', units(), card('lists'))),
    auth(doc), errors(),
    h('section.stack', { id: 'all', 'aria-labelledby': 'all-h' }, h('h2', { id: 'all-h' }, t('all')), doc.groups.map(group)));
}

function titled(id, ...rest) {
  return h('section', { id, 'aria-labelledby': id + '-h' }, h('div.card', h('h2', { id: id + '-h' }, t(id)), rest));
}

const card = (id) => titled(id, prose(t(id + '.hint')));

function start(doc) {
  const steps = [['key', 'createKey'], ['quote', 'quotePurchase'], ['commit', 'commitPurchase'], ['refund', 'refundPurchase']];
  return titled('start', h('ol.steps', steps.map(([step, op]) => {
    const title = t('start.' + step);
    return h('li', h('div', doc.ops.has(op) ? h('a', { href: '#' + op }, title) : h('b', title), h('p.dim.small', t('start.' + step + '.hint'))));
  })));
}

function table(id, heads, rows) {
  return h('div.scroll', { tabindex: 0, role: 'group', 'aria-labelledby': id + '-h' },
    h('table', h('thead', h('tr', heads.map((text) => h('th', { scope: 'col' }, text)))), h('tbody', rows.map((cells) => h('tr', cells.map((c) => h('td', c)))))));
}

function units() {
  const rows = [
    ['money', '25000'], ['points', '10000'], ['rate', '"7.5"'], ['quantity', '"0.375"'], ['time', '"2026-03-02T09:00:00Z"'], ['id', '"912345678901234567"'],
  ];
  return titled('units', table('units', [t('units.what'), t('units.how'), t('units.example')], rows.map(([what, code]) => [
    t('units.' + what), t('units.' + what + '.how'),
    [h('code', code), has('units.' + what + '.is') && [' ', h('span.dim', '= ' + t('units.' + what + '.is'))]],
  ])));
}

function auth(doc) {
  const uses = new Map();
  for (const op of doc.ops.values()) for (const s of op.scopes) uses.set(s, (uses.get(s) || 0) + 1);
  return titled('auth', prose(t('auth.hint')), table('auth', [t('auth.scope'), t('auth.allows'), t('auth.ops')],
    [...uses.entries()].sort().map(([s, n]) => [h('code', s), has('scope.' + s) ? t('scope.' + s) : '', String(n)])));
}

function errors() {
  const statuses = ['400', '401', '403', '404', '409', '413', '422', '429', '500', '503'];
  return titled('errors', prose(t('errors.hint')), table('errors', [t('errors.status'), t('errors.do'), t('errors.codes')], statuses.map((s) => [
    h('span.st.st-' + s[0], s), inline(t('do.' + s)), h('div.chips', (s === '409' || s === '422' ? codes('purchases', s) : codes('', s)).map((c) => h('span.chip.mono', c))),
  ])));
}

function group(g) {
  return h('section.group', { id: 'group-' + g.id, 'aria-labelledby': 'group-' + g.id + '-h' },
    h('h3', { id: 'group-' + g.id + '-h' }, g.title, h('span.dim.small', count('ops', g.ops.length))),
    h('ul.ops', g.ops.map((op) => h('li', h('a', { href: '#' + op.id }, method(op), h('span', op.title), h('span.mono', op.path))))));
}
