// What is sold and not told yet. A receipt lies here before it is sent at all, so that none is lost whenever the network,
// the page or the machine goes; its key is the till's own, so that none is told twice.
import { ask, Refused, Silent, isOnline, look } from './net.js';
import * as keep from './keep.js';

const SOON = 2000; // milliseconds
const LATE = 'late'; // a flag of what came after something later: so does all that waited for a network
const asked = new Set(); // numbers of sales that are being asked for this moment
let told = () => {}, sending;
/** onQueue names who is told that something has changed: which item was told now and what was answered, if one was. */
export const onQueue = f => { told = f; };

/** waiting is what is still to be told; odd is what was told and came out otherwise, or could not be. */
export const waiting = list => list.filter(i => i.state === 'waits');
export const odd = list => list.filter(i => i.state === 'differs' || i.state === 'problem');

// notTaken asks why codes that the till could not go by would have done nothing: before the receipt is told, which may be
// what uses them up.
async function notTaken(item) {
  if (!item.unread) return item;
  let unused = [];
  try { unused = (await ask('/api/quotes', { body: item.cart })).unused_codes ?? []; } catch (e) { if (!(e instanceof Refused)) throw e; }
  return { ...item, untaken: item.unread.map(code => ({ code, why: unused.find(u => u.code.toLowerCase() === code.toLowerCase())?.text })) };
}

/** done takes an item out, or keeps it to be seen where the program would have given something else. */
async function done(item, answer) {
  const odd = item.alone && (item.untaken || answer.flags?.some(f => f !== LATE) || answer.would && (answer.would.discount !== answer.discount || answer.would.most < answer.spent));
  if (odd) await keep.requeue({ ...item, state: 'differs', answer });
  else await keep.dequeue(item.seq);
  return answer;
}

/** hold leaves a sale to whoever asks for it. */
export const hold = seq => asked.add(seq);
/** commit asks for the sale itself. Whoever calls waits for it: a refusal says that nothing was done. */
export async function commit(item) {
  asked.add(item.seq);
  try {
    return await done(item, await ask('/api/purchases', { body: item.commit, key: item.key, patience: 10000 }));
  } finally {
    asked.delete(item.seq);
  }
}

/** forGood tells what is wrong with the receipt itself from what is wrong with the moment. */
export const forGood = e => e instanceof Refused && ![401, 403, 429].includes(e.status);

/** tell tells one item, once and for all: as the sale that was asked for or, where that is refused by now, as a fact. */
async function tell(item) {
  if (item.commit) {
    try { return await commit(item); } catch (e) {
      if (!forGood(e)) throw e;
      if (e.code === 'key.other-body') return keep.dequeue(item.seq); // it is there as a fact already
    }
  }
  item = await notTaken(item);
  try {
    return await done({ ...item, alone: true }, await ask('/api/purchases/record', { body: item.record, key: item.key }));
  } catch (e) {
    if (!forGood(e)) throw e;
    if (e.code === 'key.other-body') return keep.dequeue(item.seq); // … or as a sale
    if (item.record.buyer && await nameless(item, e)) return;
    await keep.requeue({ ...item, state: 'problem', words: e.message });
  }
}
// nameless tells a receipt whose buyer is named in no way that anybody could be: without him it is no less a receipt, and it
// can be given to a member later.
async function nameless(item, why) {
  const { buyer: _, ...record } = item.record;
  try {
    const answer = await ask('/api/purchases/record', { body: record, key: item.key });
    await keep.requeue({ ...item, state: 'differs', answer, words: why.message });
    return true;
  } catch (e) {
    if (!forGood(e)) throw e;
    return false;
  }
}

/** flush tells all that waits, in the order in which it was sold. */
export async function flush() {
  if (!isOnline()) return;
  sending ??= tellAll().finally(() => { sending = undefined; told(); });
  await sending;
}
async function tellAll() {
  try {
    for (const item of waiting(await keep.queued())) {
      if (!asked.has(item.seq)) told(item, await tell(item));
    }
  } catch (e) {
    if (!(e instanceof Silent || e instanceof Refused)) throw e;
    if (e instanceof Silent && isOnline()) soon();
  }
}
let later;
// soon tells again what the program could not take this moment, though there is a network: it starts, or is at it still.
function soon() {
  clearTimeout(later);
  later = setTimeout(flush, SOON);
}

/** again tells once more what could not be told. */
export async function again() {
  for (const item of odd(await keep.queued())) if (item.state === 'problem') await keep.requeue({ ...item, state: 'waits' });
  await look(); // whoever asks may know of the network before the till does
  await flush();
}
/** seen forgets differences that somebody has read. */
export async function seen() {
  for (const item of odd(await keep.queued())) if (item.state === 'differs') await keep.dequeue(item.seq);
  told();
}
