// What is asked of the program. An answer that did not come is told from one that refuses.
import { turn } from './turn.js';

const base = document.getElementById('pos').dataset.base;
/** PATIENCE is how long an answer is waited for, in milliseconds. */
export const PATIENCE = 8000;
/** FIND is how long a cashier waits for who or what is found, in milliseconds: then the till's own memory serves. */
export const FIND = 3000;
const listeners = [];
let online = true, nobody = () => {};
/** onNobody names who is told that the program knows of nobody on duty. */
export const onNobody = f => { nobody = f; };

export class Refused extends Error {
  constructor(status, problem, retry) {
    super(problem.code === 'api.invalid' && problem.errors?.[0]?.detail || problem.detail || problem.title || String(status)); // which of them is wrong
    this.status = status; this.code = problem.code || ''; this.problem = problem; this.retry = retry;
  }
}
/** Silent is thrown where no answer came: what was asked may have been done. */
export class Silent extends Error {}

export const isOnline = () => online;
export const onNetwork = f => listeners.push(f);
export function setOnline(is) {
  if (online === is) return;
  online = is;
  for (const f of listeners) f(is);
}

/** ask sends a request; body makes it a POST. It gives what was answered or throws Refused or Silent. */
export async function ask(path, { body, method, key, signal, patience = PATIENCE } = {}) {
  const stop = AbortSignal.timeout(patience), headers = {}, lasts = turn();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  let answer, text;
  try {
    answer = await fetch(base + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'), headers, body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([stop, signal]) : stop, credentials: 'same-origin', cache: 'no-store',
    });
    text = await answer.text();
  } catch (e) {
    if (signal?.aborted) throw e;
    setOnline(false);
    throw new Silent(e.message);
  }
  setOnline(true);
  let value = {};
  try { value = text ? JSON.parse(text) : {}; } catch { if (answer.ok) throw new Silent('no answer of ours'); }
  if (answer.ok) return value;
  // 5xx, and what is still under way, say nothing of whether it is done.
  if (answer.status >= 500 || answer.status === 408 || value.code === 'key.in-progress') throw new Silent(value.code ?? String(answer.status));
  if (value.code === 'cashier.nobody-on-duty' && lasts()) nobody();
  throw new Refused(answer.status, value, Number(answer.headers.get('Retry-After')) || 0);
}

/** look asks whether there is a network. */
export async function look() {
  try {
    await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(3000) });
    setOnline(true);
  } catch { setOnline(false); }
}
/** watch looks again and again while there is none, and now and then while there is. */
export function watch() {
  const again = () => look().finally(() => setTimeout(again, online ? 15000 : 2000));
  setTimeout(again, 2000);
  addEventListener('offline', () => setOnline(false));
  addEventListener('online', look);
}
