// Schemas as lists of fields, with what is nested folded in.
import { inOrder, resolve, typeOf } from './document.js';
import { h, icon, inline } from './dom.js';
import { count, has, number, t } from './texts.js';

// typeName says what a schema is in words: "list: number of an operation".
export function typeName(doc, schema) {
  const { schema: s, name } = resolve(doc, schema);
  const type = typeOf(s);
  if (type === 'array') return t('type.of', { of: typeName(doc, s.items) });
  if (type === 'object') return s.properties ? name || t('type.object') : mapName(doc, s);
  if (type === '') return t('type.any');
  const format = 'format.' + s.format;
  return t('type.' + type) + (has(format) ? ', ' + t(format) : '');
}

function mapName(doc, s) {
  return typeof s.additionalProperties === 'object' ? t('type.map', { of: typeName(doc, s.additionalProperties) }) : t('type.object');
}

// limits are what a value must keep to.
function limits(schema) {
  const s = schema;
  const out = [];
  const range = (from, to, form) => {
    if (from === undefined && to === undefined) return;
    const n = (v) => (form ? count(form, v) : number(v));
    if (from !== undefined && to !== undefined && from > 0) out.push(t('limit.between', { from: number(from), to: n(to) }));
    else if (to !== undefined && form) out.push(t('limit.upto', { n: n(to) }));
    else if (form) out.push(t('limit.from', { n: n(from) }));
    else if (from !== undefined && to !== undefined) out.push(t('limit.between', { from: number(from), to: n(to) }));
    else if (to !== undefined) out.push(t('limit.max', { n: n(to) }));
    else out.push(t('limit.min', { n: n(from) }));
  };
  range(s.minLength || undefined, s.maxLength, 'limit.chars');
  range(s.minItems || undefined, s.maxItems, 'limit.items');
  range(s.minimum, s.maximum, '');
  return out;
}

function more(doc, schema) {
  const s = resolve(doc, schema).schema;
  const item = typeOf(s) === 'array' ? resolve(doc, s.items).schema : {};
  const out = limits(s).map((text) => h('span', text));
  const choices = s.enum || item.enum;
  if (choices) {
    out.push(h('span', t('limit.one') + ' ', choices.map((v, i) => [i ? ', ' : '', v === '' ? t('limit.empty') : h('code', String(v))])));
  }
  if (s.pattern) out.push(h('span', t('limit.pattern') + ' ', h('code', s.pattern)));
  if (s.default !== undefined) out.push(h('span', t('limit.default') + ' ', h('code', JSON.stringify(s.default))));
  if (s.examples && !choices && s.format !== 'id') out.push(h('span', t('example') + ' ', h('code', String(s.examples[0]))));
  return out.length ? h('div.f-more', out) : null;
}

// row shows one field, parameter or header.
export function row(doc, name, schema, { required = false, about = '', where = '', deep = null } = {}) {
  return h('li',
    h('div.f-top',
      h('span.f-name', name),
      h('span.f-type', typeName(doc, schema), where && ' · ' + where),
      required && h('span.f-must', t('must'))),
    about && h('div.f-about', inline(about)),
    more(doc, schema),
    deep);
}

// fields shows an object's fields; those of nested objects are folded in below
// open levels.
export function fields(doc, schema, { open = 1, seen = [] } = {}) {
  const { schema: s, name } = resolve(doc, schema);
  const inner = contents(doc, s);
  if (typeOf(s) !== 'object') {
    return inner ? fields(doc, inner, { open, seen }) : h('ul.fields', row(doc, typeName(doc, schema), s));
  }
  const list = inOrder({ properties: {}, ...s });
  if (!list.length) return h('p.dim.small', t('fields.none'));
  const required = new Set(s.required || []);
  const path = [...seen, name];
  return h('ul.fields', list.map((field) => {
    const f = s.properties[field];
    return row(doc, field, f, { required: required.has(field), about: resolve(doc, f).about, deep: nested(doc, f, { open: open - 1, seen: path }) });
  }));
}

// contents is the schema of what a list or a map holds.
function contents(doc, s) {
  if (typeOf(s) === 'array') return s.items;
  if (typeOf(s) === 'object' && !s.properties && typeof s.additionalProperties === 'object') return s.additionalProperties;
  return null;
}

function nested(doc, schema, { open, seen }) {
  let { schema: s, name } = resolve(doc, schema);
  for (let inner = contents(doc, s); inner; inner = contents(doc, s)) ({ schema: s, name } = resolve(doc, inner));
  if (typeOf(s) !== 'object' || !s.properties) return null;
  if (name && seen.includes(name)) return h('div.f-more', t('as-above', { name }));
  const n = Object.keys(s.properties).length;
  const details = h('details.sub', { open: open > 0 }, h('summary', icon('next', 14), name ? name + ' · ' : '', count('fields', n)));
  const show = () => details.childElementCount < 2 && details.append(fields(doc, s, { open, seen: [...seen, name] }));
  if (open > 0) show();
  details.addEventListener('toggle', () => details.open && show());
  return details;
}

// unfold opens or closes everything below an element.
export function unfold(under, open) {
  for (let left = open ? 6 : 1; left > 0; left--) {
    for (const d of under.querySelectorAll('details.sub')) {
      if (d.open === open) continue;
      d.open = open;
      d.dispatchEvent(new Event('toggle'));
    }
  }
}
