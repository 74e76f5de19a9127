// Refunds that are asked for. One is written down with its key before it is asked for, and forgotten when the program has said
// what came of it: a page that was closed over it, or whose answer was lost, asks for the same again and not for another.
import { ask, isOnline, Refused, Silent } from './net.js';
import * as keep from './keep.js';
import { money, points, say, way } from './words.js';

const SOON = 2000; // milliseconds
const asked = new Map(); // by keys: what is asked for this moment, and what it gives
const answered = new Set(); // keys of those that were answered
let told = () => {};
/** onRefund names who tells what has come of one. */
export const onRefund = f => { told = f; };

const all = async () => (await keep.get('refunds') ?? []).filter(r => !answered.has(r.key));
/** unknown is the refund of a receipt of which it is not known what came. */
export const unknown = async receipt => (await all()).find(r => r.receipt === receipt);
/** begin writes down a refund that is to be asked for. */
export async function begin(receipt, number, body) {
  const r = { receipt, number, body, key: 'pos-r-' + crypto.randomUUID() };
  await keep.change('refunds', list => [...list ?? [], r]);
  return r;
}
/** settle asks for one, once however many ask, and gives what came: that it is back, that it was refused, that nobody knows
 * yet (silent), or will (doubt). first says that it was never asked for before. */
export function settle(r, first = false) {
  if (!asked.has(r.key)) asked.set(r.key, ending(r, first).finally(() => asked.delete(r.key)));
  return asked.get(r.key);
}
async function ending(r, first) {
  const came = await answer(r, first);
  if (!came.silent) answered.add(r.key);
  await told(r, came); // before it is forgotten: told twice is better than never
  if (!came.silent) await keep.change('refunds', list => list.filter(x => x.key !== r.key));
  return came;
}
async function answer(r, first) {
  try { return { back: await ask('/api/refunds', { body: r.body, key: r.key }) }; } catch (e) {
    if (e instanceof Silent || e instanceof Refused && [401, 429].includes(e.status)) return { silent: e }; // of the moment, not of the refund
    if (!(e instanceof Refused)) throw e;
    if (!first && (e.status === 403 || e.code === 'cashier.till-closed')) return { doubt: e }; // who asks is refused, whatever was done before
    return { refused: e };
  }
}
let later;
/** settleAll asks for all of which it is not known what came. */
export async function settleAll() {
  clearTimeout(later);
  for (const r of await all()) {
    if (!isOnline()) return;
    if (!((await settle(r)).silent instanceof Silent) || !isOnline()) continue; // what the program refuses for the moment is asked for with the next tick
    clearTimeout(later);
    later = setTimeout(settleAll, SOON);
  }
}

// Money with its kinds: what is counted out and what goes back to the card.
const ways = r => money(r.money) + (r.payments.length ? ' (' + r.payments.map(p => way(p.kind) + ' ' + money(p.amount)).join(', ') + ')' : '');
/** points of a refund in words: those that are given back and taken back. */
export const pointsOf = (r, given, taken) => [
  r.given > 0 ? say(given, { points: points(r.given) }) : '', r.earned + r.taken > 0 ? say(taken, { points: points(r.earned + r.taken) }) : '', r.held > 0 ? say('refund-keeps', { sum: money(r.held) }) : '',
].filter(Boolean).join(' ');
/** wordsOf are what came back or would come: money and points. */
export const wordsOf = (r, came, given, taken) => [say(came, { sum: ways(r) }), pointsOf(r, given, taken)].filter(Boolean).join(' ');
/** backWords are what has come back. */
export const backWords = back => wordsOf(back, 'refund-done', 'refund-given', 'refund-taken');
/** lateWords are what has come of a refund, where it is not told beside its receipt. */
export const lateWords = (r, { back, refused, doubt }) => {
  if (refused) return say('refund-not-done', { number: r.number, words: refused.message });
  return say('of-receipt', { number: r.number, what: doubt ? say('refund-doubt') : backWords(back) });
};
