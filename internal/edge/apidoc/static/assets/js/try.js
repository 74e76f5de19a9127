// The form that sends a request to this server.
import { answered, empty, failed, waiting } from './answer.js';
import { brokenAt, copyButton, curl, fill, tidy } from './code.js';
import { bodyOf, valueOf } from './operation.js';
import { h, icon, inline, keep, kept, say, secrets } from './dom.js';
import { t } from './texts.js';

// drafts are what was typed, by operation: another tab, another operation or
// language must not lose it. They end with the page.
const drafts = new Map();

function draftOf(doc, op) {
  if (!drafts.has(op.id)) {
    const params = Object.fromEntries(op.params.map((p) => [p.in + ' ' + p.name, p.in === 'path' ? '' : valueOf(doc, p)]));
    drafts.set(op.id, { params, body: bodyOf(doc, op), repeat: newKey(), used: false, result: null });
  }
  return drafts.get(op.id);
}

// newKey is a random UUID; browsers have the ready one by HTTPS only.
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function tryOut(doc, op) {
  const draft = draftOf(doc, op);
  const shown = h('div.aside.answer', { tabindex: -1, role: 'region', 'aria-label': t('try.answer') }, draft.result ? answered(draft.result) : empty());
  const checks = [];
  let running = null;

  // edited makes the next request another one, once this one has been sent.
  function edited() {
    if (!op.keyed || !draft.used) return;
    draft.used = false;
    renew();
    say(t('try.repeat.made'));
  }

  const key = keyField(checks);
  const repeat = op.keyed && repeatField(draft, checks);
  const renew = () => {
    draft.repeat = newKey();
    repeat.input.value = draft.repeat;
  };
  const params = op.params.filter((p) => p.in !== 'header').map((p) => paramField(doc, p, draft, checks, edited));
  const body = op.body && bodyField(doc, op, draft, checks, edited);

  const request = () => {
    const headers = {};
    if (op.keyed) headers['Idempotency-Key'] = draft.repeat;
    if (op.body) headers['Content-Type'] = 'application/json';
    return { method: op.method, url: fill(op, (p) => draft.params[p.in + ' ' + p.name].trim()), headers, body: op.body ? draft.body : '' };
  };

  // reveal scrolls to the answer where it is out of sight.
  function reveal() {
    const { top } = shown.getBoundingClientRect();
    if (top < 0 || top > innerHeight - 160) shown.scrollIntoView();
  }

  async function send(event) {
    event?.preventDefault();
    if (running) return;
    const wrong = checks.map((check) => check()).filter(Boolean);
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    running = new AbortController();
    button.disabled = true;
    button.lastChild.textContent = t('try.sending');
    shown.replaceChildren(...waiting(() => running?.abort()));
    reveal();
    const r = request();
    const began = performance.now();
    try {
      const answer = await fetch(r.url, {
        method: r.method.toUpperCase(), credentials: 'omit', cache: 'no-store', redirect: 'error', signal: running.signal,
        headers: { ...r.headers, Authorization: 'Bearer ' + key.value(), 'Accept-Language': document.documentElement.lang }, body: r.body || undefined,
      });
      const text = await answer.text();
      draft.used = draft.used || answer.ok;
      draft.result = { status: answer.status, ok: answer.ok, headers: [...answer.headers], text, took: performance.now() - began };
      shown.replaceChildren(...answered(draft.result));
    } catch {
      draft.result = null;
      draft.used = true; // it may have been done
      shown.replaceChildren(...failed(running.signal.aborted, send));
    }
    running = null;
    button.disabled = false;
    button.lastChild.textContent = t('try.send');
    reveal();
  }

  const button = h('button.btn.btn-p', { type: 'submit' }, icon('send', 16), h('span', t('try.send')));
  const form = h('form.try', {
    novalidate: true, onsubmit: send,
    onkeydown: (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
    },
  },
    key.el, params.length > 0 && h('div.grid2', params), repeat && repeat.el, body,
    op.method !== 'get' && h('p.alert.alert-warn', icon('warn'), t('try.real')),
    h('div.send', button, copyButton(() => curl(request()), t('try.curl'))));
  return h('div.two', h('div.card', form), shown);
}

let ids = 0;

// field is a labelled control with a place for what is wrong with it: above a
// tall one, where it is seen.
function field(label, input, { hint = '', type = '', required = false, tools = [] } = {}) {
  const id = 'f' + ++ids;
  const wrong = h('div.err', { id: id + 'e', hidden: true });
  input.id = id;
  input.setAttribute('aria-describedby', id + 'h ' + id + 'e');
  if (required) input.setAttribute('aria-required', 'true');
  const complain = (text) => {
    wrong.hidden = !text;
    wrong.replaceChildren(...(text ? [icon('warn', 16), text] : []));
    input.setAttribute('aria-invalid', String(Boolean(text)));
    return text ? input : null;
  };
  input.addEventListener('input', () => complain(''));
  const el = h('div.fld',
    h('label', { for: id }, label, type && h('span.f-type', type), required && h('span.f-must', { 'aria-hidden': 'true' }, t('must'))), // aria-required says it
    input.rows && wrong, tools.length ? h('div.with', input, tools) : input, !input.rows && wrong, h('div.hint', { id: id + 'h' }, inline(hint)));
  return { el, complain };
}

function keyField(checks) {
  const input = h('input.in.mono', { type: 'password', value: kept(secrets, 'key'), autocomplete: 'off', spellcheck: 'false', 'data-1p-ignore': true, 'data-lpignore': 'true' });
  const eye = h('button.btn.btn-i', { type: 'button', 'aria-pressed': 'false', 'aria-label': t('try.key.show'), title: t('try.key.show') }, icon('eye'));
  eye.addEventListener('click', () => {
    const open = input.type === 'password';
    input.type = open ? 'text' : 'password';
    eye.setAttribute('aria-pressed', String(open));
    eye.title = t(open ? 'try.key.hide' : 'try.key.show');
  });
  const forget = h('button.btn.btn-i', {
    type: 'button', 'aria-label': t('try.key.forget'), title: t('try.key.forget'),
    onclick: () => {
      input.value = '';
      keep(secrets, 'key', '');
      say(t('try.key.forgotten'));
    },
  }, icon('close'));
  input.addEventListener('input', () => keep(secrets, 'key', input.value.trim()));
  const f = field(t('try.key'), input, { hint: t('try.key.hint'), required: true, tools: [eye, forget] });
  checks.push(() => f.complain(input.value.trim() ? '' : t('try.key.none')));
  return { el: f.el, value: () => input.value.trim() };
}

function repeatField(draft, checks) {
  const input = h('input.in.mono', { value: draft.repeat, maxlength: 128, autocomplete: 'off', spellcheck: 'false' });
  input.addEventListener('input', () => { draft.repeat = input.value.trim(); });
  const again = h('button.btn.btn-i', {
    type: 'button', 'aria-label': t('try.repeat.new'), title: t('try.repeat.new'),
    onclick: () => {
      draft.repeat = newKey();
      input.value = draft.repeat;
      say(t('try.repeat.made'));
    },
  }, icon('again'));
  const f = field(t('try.repeat'), input, { hint: t('try.repeat.hint'), required: true, tools: [again] });
  checks.push(() => f.complain(draft.repeat ? '' : t('try.need')));
  return { el: f.el, input };
}

function paramField(doc, p, draft, checks, edited) {
  const name = p.in + ' ' + p.name;
  const choices = p.schema.enum || (p.schema.type === 'boolean' && ['true', 'false']);
  let input;
  if (choices) {
    const words = { true: t('try.yes'), false: t('try.no') };
    input = h('select.in', h('option', { value: '' }, t('try.not-set')), choices.filter((v) => v !== '').map((v) => h('option', { value: v }, p.schema.enum ? v : words[v])));
    input.value = draft.params[name];
  } else {
    const example = p.schema.examples?.[0];
    input = h('input.in.mono', {
      value: draft.params[name], placeholder: example ? String(example) : null, inputmode: p.schema.type === 'integer' ? 'numeric' : null,
      maxlength: p.schema.maxLength, autocomplete: 'off', spellcheck: 'false',
    });
  }
  input.addEventListener('input', () => {
    draft.params[name] = input.value;
    edited();
  });
  const f = field(p.name, input, { hint: p.description, type: t('in.' + p.in), required: p.required });
  if (p.required) checks.push(() => f.complain(input.value.trim() ? '' : t('try.need')));
  return f.el;
}

function bodyField(doc, op, draft, checks, edited) {
  const input = h('textarea.in', { value: draft.body, rows: Math.min(Math.max(draft.body.split('\n').length + 1, 8), 22), spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
  const set = (text) => {
    input.value = text;
    input.dispatchEvent(new Event('input'));
  };
  input.addEventListener('input', () => {
    draft.body = input.value;
    edited();
  });
  const f = field(t('try.body'), input);
  const check = () => {
    const at = brokenAt(input.value);
    if (at < 0) return f.complain('');
    const before = input.value.slice(0, at).split('\n');
    return f.complain(t('try.body.wrong', { line: before.length, column: before[before.length - 1].length + 1 }));
  };
  checks.push(check);
  f.el.append(h('div.row',
    h('button.btn', { type: 'button', onclick: () => check() || set(tidy(input.value)) }, t('try.body.tidy')),
    h('button.btn', { type: 'button', onclick: () => set(bodyOf(doc, op)) }, t('try.body.example'))));
  return f.el;
}
