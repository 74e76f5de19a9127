// One operation: its reference and its head.
import { block, copyButton, curl, fill, method, pathOf } from './code.js';
import { exampleOf } from './example.js';
import { h, inline, prose } from './dom.js';
import { codes } from './faults.js';
import { fields, row, unfold } from './schema.js';
import { t } from './texts.js';

// head is above the reference and the form alike.
export function head(op, tab) {
  const link = (name, to) => h('a', { href: '#' + op.id + to, 'aria-current': tab === name ? 'page' : null }, t('tab.' + name));
  return h('header.op-head',
    h('h1', { tabindex: -1 }, op.title),
    h('div.path', method(op, true), pathOf(op), quiet(copyButton(() => location.origin + op.path, t('copy.path'), true))),
    op.about && prose(op.about),
    h('div.chips',
      op.scopes.length
        ? [h('span.chip', t(op.scopes.length > 1 ? 'scopes.any' : 'scopes') + ':'), op.scopes.map((s) => h('span.chip.mono', s))]
        : h('span.chip', t('scopes.none')),
      op.keyed && h('span.chip.chip-brand', t('keyed'))),
    h('nav.tabs', { 'aria-label': t('tabs') }, link('about', ''), link('try', '/try')));
}

function quiet(button) {
  button.classList.add('btn-g', 'btn-i');
  return button;
}

// reference tells all of an operation.
export function reference(doc, op) {
  return h('div.two',
    h('div.stack',
      op.params.length > 0 && section(t('params'), h('div.card.flat', h('ul.fields', op.params.map((p) =>
        row(doc, p.name, p.schema, { required: p.required, about: p.description, where: t('in.' + p.in) }))))),
      op.body && schemaSection(doc, t('body'), op.body, 3),
      op.good && good(doc, op),
      op.bad.length > 0 && bad(doc, op)),
    h('div.aside.stack', examples(doc, op)));
}

function section(title, ...rest) {
  return h('section.sec', h('div.sec-h', h('h2', title)), rest);
}

function schemaSection(doc, title, schema, open, ...rest) {
  const card = h('div.card.flat', fields(doc, schema, { open }));
  const head = h('div.sec-h', title instanceof Node ? title : h('h2', title));
  if (card.querySelector('details')) {
    let wide = ![...card.querySelectorAll('details')].some((d) => !d.open);
    const button = h('button.btn.btn-g', {
      type: 'button',
      onclick: () => {
        wide = !wide;
        unfold(card, wide);
        button.textContent = t(wide ? 'close.all' : 'open.all');
      },
    }, t(wide ? 'close.all' : 'open.all'));
    head.append(button);
  }
  return h('section.sec', head, rest, card);
}

const status = (code) => h('span.st.st-' + code[0], code);

function good(doc, op) {
  const g = op.good;
  const title = h('h2', t('answer.n', { status: '' }).trim(), ' ', status(g.status));
  const heads = Object.entries(g.headers);
  const about = h('p.dim.small', inline(g.description));
  const headers = heads.length > 0 && h('details.heads', h('summary', t('answer.headers')),
    h('div.card.flat', h('ul.fields', heads.map(([name, x]) => row(doc, name, x.schema || {}, { about: x.description })))));
  if (!g.schema) return h('section.sec', h('div.sec-h', title), about, headers, h('p', t('answer.none')));
  return schemaSection(doc, title, g.schema, 1, about, headers);
}

function bad(doc, op) {
  const problem = op.bad.find((b) => b.schema);
  return section(t('fails'),
    h('div.card.flat', h('ul.fails', op.bad.map((b) => {
      const own = codes(op.group, b.status);
      return h('li', status(b.status), h('span.small', inline(b.description)), own.length > 0 && h('div.chips', own.map((c) => h('span.chip.mono', c))));
    }))),
    problem && h('details.heads', h('summary', t('fails.problem') + ': ' + problem.type), h('div.card.flat', fields(doc, problem.schema))));
}

// bodyOf is an example of an operation's request, as text.
export const bodyOf = (doc, op) => (op.body ? JSON.stringify(exampleOf(doc, op.body, { request: true }), null, 2) : '');

// valueOf is an example of a parameter; a header's is for the reader to make.
export function valueOf(doc, p) {
  return p.required && p.in !== 'header' ? String(exampleOf(doc, p.schema, { field: p.name })) : '';
}

function examples(doc, op) {
  const body = bodyOf(doc, op);
  const headers = {};
  if (op.keyed) headers['Idempotency-Key'] = '0042-000317';
  if (body) headers['Content-Type'] = 'application/json';
  const out = [block(t('request.curl'), curl({ method: op.method, url: fill(op, (p) => valueOf(doc, p)), headers, body }))];
  if (op.good?.schema) out.push(block(t('answer.example') + ', ' + op.good.status, JSON.stringify(exampleOf(doc, op.good.schema), null, 2), { json: true }));
  return out;
}
