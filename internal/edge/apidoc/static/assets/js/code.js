// Code on the page: JSON in colours, commands for a terminal, what copies them.
import { add, h, icon, say } from './dom.js';
import { t } from './texts.js';

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]|\s+|./gs;

// tidy lays JSON out without reading its numbers, so that none loses digits.
export function tidy(text) {
  let out = '';
  let depth = 0;
  const line = () => '\n' + '  '.repeat(depth);
  const parts = text.match(token).filter((p) => p.trim() !== '');
  for (let i = 0; i < parts.length; i++) {
    const p = parts[i];
    if (p === '{' || p === '[') {
      if (parts[i + 1] === '}' || parts[i + 1] === ']') {
        out += p + parts[++i];
      } else {
        depth++;
        out += p + line();
      }
    } else if (p === '}' || p === ']') {
      depth--;
      out += line() + p;
    } else if (p === ',') out += p + line();
    else if (p === ':') out += ': ';
    else out += p;
  }
  return out;
}

// brokenAt is the offset where a text stops being JSON; -1 where it is.
// Browsers say it each in their own way, and in English.
export function brokenAt(text) {
  let at = 0;
  const skip = () => { at += /^\s*/.exec(text.slice(at))[0].length; };
  const take = (pattern) => {
    const found = pattern.exec(text.slice(at));
    if (found) at += found[0].length;
    return Boolean(found);
  };
  const string = () => take(/^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/);
  const list = (end, item) => {
    skip();
    if (take(end)) return true;
    for (;;) {
      skip();
      if (!item()) return false;
      skip();
      if (take(end)) return true;
      if (!take(/^,/)) return false;
    }
  };
  const pair = () => string() && (skip(), take(/^:/)) && value();
  const value = () => {
    skip();
    if (take(/^\{/)) return list(/^\}/, pair);
    if (take(/^\[/)) return list(/^\]/, value);
    return string() || take(/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/) || take(/^(?:true|false|null)/);
  };
  const whole = value();
  skip();
  return whole && at === text.length ? -1 : at;
}

// coloured puts each sort of token into an element of its own.
export function coloured(text) {
  const parts = text.match(token) || [];
  return parts.map((p, i) => {
    if (p[0] === '"') {
      const after = parts.slice(i + 1, i + 3).find((x) => x.trim() !== '');
      return h(after === ':' ? 'span.k' : 'span.s', p);
    }
    if (/^-?\d/.test(p)) return h('span.d', p);
    if (/^(true|false|null)$/.test(p)) return h('span.w', p);
    if (/^[{}[\],:]$/.test(p)) return h('span.p', p);
    return p;
  });
}

// most is the longest text that is shown in colours, in characters.
const most = 200000;

export function block(title, text, { json = false } = {}) {
  const shown = json && text.length <= most ? coloured(text) : [text];
  return h('div.code',
    h('div.code-h', h('b', title), copyButton(() => text)),
    h('pre', { tabindex: 0, role: 'group', 'aria-label': title }, shown));
}

export function copyButton(text, label = t('copy'), bare = false) {
  const mark = h('span', { 'aria-hidden': 'true' }, icon('copy', 16));
  return h('button.btn', {
    type: 'button', 'aria-label': bare && label, title: bare && label,
    onclick: async () => {
      const ok = await copy(text());
      say(t(ok ? 'copied' : 'copy.failed'));
      mark.replaceChildren(icon(ok ? 'done' : 'warn', 16));
      setTimeout(() => mark.replaceChildren(icon('copy', 16)), 1500);
    },
  }, mark, !bare && label);
}

// copy works without the clipboard's interface too: a server inside a shop is
// often reached by plain HTTP, where browsers don't give it.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const back = document.activeElement;
    const area = h('textarea.vh', { value: text, readonly: true, tabindex: -1 });
    document.body.append(area);
    area.select();
    const ok = document.execCommand('copy');
    area.remove();
    back?.focus();
    return ok;
  }
}

// curl is the request as a command. The key stays a variable, so that it gets
// into no chat and no history.
export function curl({ method, url, headers, body }) {
  const quote = (s) => "'" + s.replaceAll("'", "'\\''") + "'";
  const lines = [...(method === 'get' ? ['curl ' + quote(url)] : ['curl -X ' + method.toUpperCase(), quote(url)]), '-H "Authorization: Bearer $KOPILKA_KEY"'];
  for (const [name, value] of Object.entries(headers)) lines.push('-H ' + quote(name + ': ' + value));
  if (body) lines.push('-d ' + quote(body));
  return lines.join(' \\\n  ');
}

// fill makes the address of a request out of its parameters.
export function fill(op, value) {
  const query = new URLSearchParams();
  let at = op.path;
  for (const p of op.params) {
    const v = value(p);
    if (p.in === 'path') at = at.replace('{' + p.name + '}', encodeURIComponent(v || '{' + p.name + '}').replaceAll('%7B', '{').replaceAll('%7D', '}'));
    else if (p.in === 'query' && v !== '') query.set(p.name, v);
  }
  const tail = query.toString();
  return location.origin + at + (tail ? '?' + tail : '');
}

export function method(op, large) {
  return h('span.mt.mt-' + op.method + (large ? '.mt-l' : ''), { lang: 'en' }, op.method === 'delete' && !large ? 'DEL' : op.method.toUpperCase());
}

// pathOf shows the path with its parameters marked and breaks allowed.
export function pathOf(op) {
  return add(h('code', { lang: 'en' }), op.path.split(/(\{\w+\})/).map((part) =>
    part.startsWith('{') ? h('b', part) : part.split('/').flatMap((p, i) => (i ? [h('wbr'), '/' + p] : [p]))));
}
