// The OpenAPI document as the page uses it.

// path is where the program serves its document.
export const path = '/api/v1/openapi.json';

const groups = ['purchases', 'members', 'accounts', 'cards', 'consents', 'programmes', 'partners', 'cashiers', 'catalogue', 'groups', 'keys'];

// sale is the order in which a till meets its operations; others go by path.
const sale = [
  'quotePurchase', 'commitPurchase', 'quoteRefund', 'refundPurchase', 'recordPurchase', 'refundUnlinked', 'claimPurchase',
  'listPurchases', 'getPurchase', 'explainPurchase', 'getRefund',
];

const methods = ['get', 'post', 'put', 'patch', 'delete'];

// load asks for the document; what it throws has a reason for the reader.
export async function load(lang) {
  let answer;
  try {
    answer = await fetch(path + '?lang=' + lang, { headers: { Accept: 'application/json' }, credentials: 'omit' });
  } catch {
    throw { reason: 'load.network' };
  }
  if (!answer.ok) throw { reason: 'load.status', status: answer.status };
  try {
    return index(await answer.json());
  } catch {
    throw { reason: 'load.wrong' };
  }
}

function index(raw) {
  const doc = { info: raw.info, base: raw.servers?.[0]?.url || '', schemas: raw.components?.schemas || {}, ops: new Map(), groups: [] };
  const byGroup = new Map();
  for (const [at, item] of Object.entries(raw.paths)) {
    for (const method of methods) {
      if (!item[method]) continue;
      const op = operation(doc, at, method, item[method]);
      doc.ops.set(op.id, op);
      if (!byGroup.has(op.group)) byGroup.set(op.group, { id: op.group, title: op.groupTitle, ops: [] });
      byGroup.get(op.group).ops.push(op);
    }
  }
  const place = (list, id) => (list.includes(id) ? list.indexOf(id) : list.length);
  doc.groups = [...byGroup.values()].sort((a, b) => place(groups, a.id) - place(groups, b.id));
  for (const g of doc.groups) {
    g.ops.sort((a, b) => place(sale, a.id) - place(sale, b.id) || (a.path < b.path ? -1 : a.path > b.path ? 1 : methods.indexOf(a.method) - methods.indexOf(b.method)));
  }
  return doc;
}

function operation(doc, at, method, o) {
  const statuses = Object.entries(o.responses || {}).map(([status, r]) => {
    const [type, media] = Object.entries(r.content || {})[0] || [];
    return { status, description: r.description || '', headers: r.headers || {}, type, schema: media?.schema };
  });
  const media = Object.values(o.requestBody?.content || {})[0]?.schema;
  return {
    id: o.operationId, method, path: doc.base + at, title: o.summary || o.operationId, about: o.description || '',
    group: o['x-group'] || o.tags?.[0] || '', groupTitle: o.tags?.[0] || '', scopes: o['x-scopes'] || [],
    params: o.parameters || [], body: media, words: words(doc, o.parameters || [], media),
    good: statuses.find((s) => s.status.startsWith('2')), bad: statuses.filter((s) => /^[45]/.test(s.status)),
    keyed: (o.parameters || []).some((p) => p.in === 'header' && p.name === 'Idempotency-Key'),
  };
}

// words are those of what an operation takes, for the search.
function words(doc, params, body) {
  const taken = Object.entries(resolve(doc, body).schema.properties || {});
  return [...params.map((p) => [p.name, p]), ...taken].map(([name, x]) => name + ' ' + (x.description || '')).join('\n');
}

// resolve follows a reference; name is that of the shared schema.
export function resolve(doc, schema) {
  let s = schema || {};
  let name = '';
  const about = s.description;
  for (let i = 0; i < 8; i++) {
    const ref = s.$ref || (s.allOf?.length === 1 && s.allOf[0].$ref);
    if (!ref) break;
    name = ref.slice(ref.lastIndexOf('/') + 1);
    s = doc.schemas[name] || {};
  }
  return { schema: s, name, about: about || s.description || '' };
}

// inOrder gives the names of an object's fields: what is required first.
export function inOrder(schema) {
  const required = schema.required || [];
  return [...required, ...Object.keys(schema.properties).filter((f) => !required.includes(f))];
}

// typeOf is the schema's one type, null aside.
export function typeOf(schema) {
  const type = Array.isArray(schema.type) ? schema.type.find((x) => x !== 'null') : schema.type;
  return type || (schema.properties ? 'object' : '');
}
