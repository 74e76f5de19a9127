// Example bodies made from schemas.
import { inOrder, resolve, typeOf } from './document.js';
import { chosen, sample } from './samples.js';
import { lang } from './texts.js';

// exampleOf makes a value that the schema takes. Of a request it shows what is
// needed, of an answer everything. owner and field say where the schema stands.
export function exampleOf(doc, schema, { request = false, owner = '', field = '', seen = [] } = {}) {
  const { schema: s, name } = resolve(doc, schema);
  const type = typeOf(s);
  const own = sample(owner + '.' + field, lang());
  if (own !== undefined && fits(type, own)) return own;
  if (type === 'object') return objectOf(doc, s, { request, owner: name, field, seen: [...seen, name] });
  if (type === 'array') {
    if (loops(doc, s.items, seen)) return [];
    return [exampleOf(doc, s.items, { request, owner, field, seen })];
  }
  const given = sample(field, lang());
  if (s.enum) return s.enum.includes(given) ? given : s.enum.find((v) => v !== '') ?? s.enum[0];
  if (s.format === 'id') return idOf(field);
  if (s.examples) return s.examples[0];
  if (given !== undefined && fits(type, given)) return given;
  if (s.default !== undefined) return s.default;
  if (type === 'integer' || type === 'number') return Math.max(s.minimum ?? 1, 1);
  if (type === 'boolean') return true;
  return lang() === 'ru' ? 'текст' : 'text';
}

function objectOf(doc, s, at) {
  const map = sample(at.field, lang());
  if (!s.properties) return map && typeof map === 'object' && !Array.isArray(map) ? map : {};
  const out = {};
  for (const field of fieldsOf(s, at)) {
    if (s.properties[field] && !loops(doc, s.properties[field], at.seen)) {
      out[field] = exampleOf(doc, s.properties[field], { request: at.request, owner: at.owner, field, seen: at.seen });
    }
  }
  return out;
}

// fieldsOf are the fields that the example has.
function fieldsOf(s, { request, owner }) {
  const all = inOrder(s);
  if (!request) return all;
  if (chosen[owner]) return chosen[owner];
  return s.required?.length ? all.slice(0, s.required.length) : all.slice(0, 3);
}

// loops tells whether the schema is, or lists, one that it stands in.
function loops(doc, schema, seen) {
  const { schema: s, name } = resolve(doc, schema);
  return Boolean(name && seen.includes(name)) || (typeOf(s) === 'array' && loops(doc, s.items, seen));
}

function fits(type, value) {
  switch (type) {
    case 'integer': return Number.isInteger(value);
    case 'number': return typeof value === 'number';
    case 'string': return typeof value === 'string';
    case 'array': return Array.isArray(value);
    case 'object': return typeof value === 'object' && !Array.isArray(value);
    default: return typeof value === type;
  }
}

// idOf makes ids that differ by field and stay the same.
function idOf(field) {
  let n = 7;
  for (const c of field) n = (n * 31 + c.charCodeAt(0)) % 9000;
  return '91234567890123' + (1000 + n);
}
