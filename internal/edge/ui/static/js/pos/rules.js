// What the till judges by where it can't ask: the program's own engine, by the rules that were given to this till and signed.
import { ask, Refused, Silent } from './net.js';
import * as keep from './keep.js';

const PATIENCE = 5000; // milliseconds that a cashier waits for the engine to start
const { judge: address } = document.getElementById('pos').dataset;
const calls = new Map(); // what the engine was asked and has not answered, by number
let engine, asked = 0, till = '', opened = '';

function begin() {
  const worker = new Worker(address);
  worker.onmessage = ({ data }) => { calls.get(data.id)?.done(data.answer); calls.delete(data.id); };
  worker.onerror = e => {
    e.preventDefault();
    worker.terminate();
    if (engine === worker) { engine = undefined; opened = ''; }
    for (const call of calls.values()) call.failed(new Error(e.message));
    calls.clear();
  };
  return worker;
}
function call(name, ...args) {
  engine ??= begin();
  return new Promise((done, failed) => {
    calls.set(++asked, { done, failed });
    engine.postMessage({ id: asked, name, args });
  });
}

async function ready() {
  const mine = await keep.get('rules');
  if (!mine) return false;
  const name = mine.tag + ' ' + till;
  if (opened !== name && !await call('open', JSON.stringify(mine.signed), mine.key, till)) opened = name;
  return opened === name;
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

async function answer(receipt) { return await ready() ? call('judge', JSON.stringify(receipt)) : null; }


/** judge says what a receipt comes to by the till's rules; null: it has none that can be gone by. */
export async function judge(receipt) {
  try {
    const late = new Promise(done => { setTimeout(done, PATIENCE, null); });
    const is = JSON.parse(await Promise.race([answer(receipt), late]) ?? 'null');
    return is?.error ? null : is;
  } catch { return null; }
}
