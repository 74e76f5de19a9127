// What the form shows of an answer, or of there being none.
import { block, tidy } from './code.js';
import { h, icon } from './dom.js';
import { lang, t } from './texts.js';

export const empty = () => h('div.card.empty', h('div.pic', icon('send', 28)), h('h2', t('try.empty')), h('p', t('try.empty.hint')));

export const waiting = (stop) => [h('div.card.row', h('span.spin'), h('span', { role: 'status' }, t('try.sending')), h('button.btn', { type: 'button', onclick: stop }, t('try.stop')))];

export function failed(stopped, again) {
  const kind = stopped ? 'try.stopped' : 'try.network';
  return [h('div.card.empty', { role: 'alert' }, h('div.pic', icon(stopped ? 'warn' : 'off', 28)), h('h2', t(kind)), h('p', t(kind + '.hint')),
    h('div.row', h('button.btn', { type: 'button', onclick: again }, icon('again', 16), t('load.again'))))];
}

export function answered(r) {
  const header = (name) => r.headers.find(([n]) => n === name)?.[1] || '';
  const json = /\bjson\b/.test(header('content-type'));
  const took = duration(r.took);
  return [
    h('div.answer-h', { role: 'status' }, h('span.st.st-' + String(r.status)[0], String(r.status)), h('b', name(r)), h('span.dim', t('try.took', { time: took }) + (r.text ? ' · ' + size(r.text) : ''))),
    header('idempotency-replayed') === 'true' && h('p.alert', icon('info'), t('try.replayed')),
    r.text ? block(t('try.answer'), json ? tidy(r.text) : r.text, { json }) : h('p.dim', t('try.no-body')),
    h('details.heads', h('summary', t('try.headers') + ' · ' + r.headers.length),
      h('div.card.flat', h('table', h('thead.vh', h('tr', h('th', { scope: 'col' }, t('try.header')), h('th', { scope: 'col' }, t('try.value')))),
        h('tbody', r.headers.map(([n, v]) => h('tr', h('td', n), h('td', v))))))),
  ].filter(Boolean);
}

// name is what the answer says of itself in a word or two.
function name(r) {
  if (r.ok) return { 200: 'OK', 201: 'Created', 204: 'No Content' }[r.status] || 'OK';
  try {
    return JSON.parse(r.text).code || '';
  } catch {
    return '';
  }
}

const decimal = (n, digits) => new Intl.NumberFormat(lang(), { maximumFractionDigits: digits }).format(n);

const duration = (ms) => (ms < 1000 ? decimal(ms, ms < 10 ? 1 : 0) + '\u00a0' + t('unit.ms') : decimal(ms / 1000, 2) + '\u00a0' + t('unit.s'));

function size(text) {
  const n = new TextEncoder().encode(text).length;
  return n < 1000 ? n + '\u00a0' + t('unit.b') : decimal(n / 1000, 1) + '\u00a0' + t('unit.kb');
}
