// What the till judges by where it can't ask: the program's own engine, by the rules that were given to this till and signed.
import { ask, Refused, Silent } from './net.js';
import * as keep from './keep.js';

const PATIENCE = 5000; // milliseconds that a cashier waits for the engine to start
const { rules: program, starter } = document.getElementById('pos').dataset;
let starting, till = '', opened = '';

function engine() {
  starting ??= (async () => {
    await import(starter);
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(fetch(program), go.importObject);
    go.run(instance).finally(() => { starting = undefined; opened = ''; });
    return globalThis.kopilkaRules;
  })();
  starting.catch(() => { starting = undefined; });
  return starting;
}

async function ready() {
  const mine = await keep.get('rules');
  if (!mine) return null;
  const e = await engine(), name = mine.tag + ' ' + till;
  if (opened !== name && !e.open(JSON.stringify(mine.signed), mine.key, till)) opened = name;
  return opened === name ? e : null;
}

/** renew asks for the rules that are in force now, and makes ready to judge by them. */
export async function renew(of) {
  till = of;
  try {
    const mine = await keep.get('rules'), given = await ask('/rules?have=' + (mine?.tag ?? ''));
    if (given.tag) await keep.set('rules', given);
  } catch (e) { if (!(e instanceof Silent || e instanceof Refused)) throw e; }
  await ready();
}

/** judge says what a receipt comes to by the till's rules; null: it has none that can be gone by. */
export async function judge(receipt) {
  try {
    const late = new Promise(done => { setTimeout(done, PATIENCE, null); });
    const answer = JSON.parse((await Promise.race([ready(), late]))?.judge(JSON.stringify(receipt)) ?? 'null');
    return answer?.error ? null : answer;
  } catch { return null; }
}
