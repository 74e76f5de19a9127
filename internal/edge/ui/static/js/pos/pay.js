// Sells the receipt that is made: once, whatever comes between.
import { $, button, close, dialogOpen, note, openUnseen, put, UNSEEN, wrong } from './render.js';
import { Refused } from './net.js';
import { looked, looking } from './looking.js';
import * as keep from './keep.js';
import * as sale from './sale.js';
import * as queue from './queue.js';
import { state } from './sale.js';
import { say } from './words.js';
import { atDesk, atDone, draw, drawDone, tell } from './desk.js';
import { beep } from './keys.js';
import * as dialogs from './dialogs.js';
import { cash } from './cash.js';
import * as bought from './item.js';
import * as fields from './fields.js';
import * as ahead from './ahead.js';
import { leftTyped } from './left.js';
import { fresh, sayAnew } from './buyer.js';

let nobody = () => {}, sold = () => {};
/** onPaid names what is done where nobody is on duty any more, and who is told that something was sold. */
export const onPaid = (f, g) => { nobody = f; sold = g; };

let got = 0; // what the guest has given in cash; 0: as much as is to be paid
const sayAsking = () => put('#pay-error', note({ tone: 'info', icon: 'history', text: say('asking') }), ...waits ? [button(say('go-on'), 'go-on')] : []);
// quoted is what the receipt comes to; null: it can't be told.
async function quoted() {
  while (state.quoting || !state.quote) { // another change may ask anew meanwhile: what it comes to then is waited for
    await sale.quote();
    if (!state.quoting) break;
  }
  return state.quote;
}
// dueNow is what is to be paid once all that is looked up is there; undefined: it can't be told, or not all is on the receipt.
async function dueNow() {
  const well = await looked();
  return !leftTyped() && well && sale.payable() ? (await quoted())?.due : undefined;
}
const mayPay = () => !sale.busy() && !leftTyped() && (sale.payable() || looking());
// cannot says why, where that is not told yet.
function cannot() {
  if (!sale.busy() && !state.lines.length && !$('#pay-error').textContent.trim()) put('#pay-error', wrong(say('nothing-to-pay')));
  beep(false);
}
/** mixed divides what is to be paid; the dialog is there at once, so that no sum is typed elsewhere. */
export function mixed() {
  if (mayPay()) dialogs.mixed(dueNow(), (p, due) => pay('mixed', p, null, due)); else cannot();
}
/** inCash asks what the guest has given, so that his change is told; what is bought may still be looked up meanwhile. */
export function inCash() {
  if (!mayPay()) { cannot(); return; }
  const due = dueNow();
  cash(due, async (sum, told) => {
    got = sum;
    begin(); // two do not ask what it comes to side by side, and nothing is cancelled meanwhile
    const known = await due.finally(() => { state.paying = false; });
    if (known !== undefined) await pay('cash', null, null, told); else ahead.unsold();
  });
}
// begin is the moment from which what is typed is another receipt's.
function begin() {
  state.paying = true;
  ahead.begun();
}
/** pay sells the receipt. agreed is what it came to as the cashier was told in a dialog, which hides what has changed since. */
export async function pay(kind, payments, proof, agreed) {
  if (sale.busy()) return;
  begin();
  const turn = sale.turn(), well = await looked();
  state.paying = false;
  if (turn !== sale.turn()) return;
  if (leftTyped() || !well || !sale.payable()) { cannot(); ahead.unsold(); return; } // what was not found is seen to first
  await whileBusy(async () => {
    const s = await agree(kind, payments, proof, agreed);
    if (s) await settle(s);
  });
}
async function whileBusy(work) {
  state.busy = true;
  const waited = setTimeout(sayAsking, 700);
  try { await work(); } finally {
    clearTimeout(waited);
    state.busy = false;
    if (!state.sold) {
      ahead.unsold();
      if (state.start?.duty) draw();
    }
  }
}
// agree writes down what is sold, before it is asked for; null: it is not sold so.
async function agree(kind, payments, proof, agreed) {
  const seen = agreed ?? state.quote?.due, unseen = !state.quote, unread = agreed === undefined && sale.justChanged(UNSEEN);
  if (proof && state.quote?.alone) state.quote = null; // the network was away for a moment: what gave the proof has it back
  const q = await quoted();
  if (!q) { beep(false); return null; }
  const points = unseen && q.alone && state.spend && !q.spent; // he was told of points
  if (points || unread || seen !== undefined && q.due !== seen) { state.trouble = say('changed'); beep(false); return null; }
  const above = q.proof_above;
  if (!q.alone && above !== undefined && q.spent > above && !proof) {
    if (!state.qr) { askProof(q, p => pay(kind, payments, p, q.due)); return null; }
    proof = { qr: state.qr };
  }
  const money = payments ?? (q.due ? [{ kind, amount: q.due }] : []), at = new Date().toISOString();
  const s = { quote: q, kind: payments ? 'mixed' : kind, payments: money, member: state.member, at, lines: state.lines, got: kind === 'cash' ? got : 0, receipt: sale.receipt(), asking: !q.alone };
  s.item = await keep.enqueue(s, number => itemOf(q, money, at, String(number), proof));
  s.number = s.item.seq;
  return s;
}
// askProof asks for it, but for over what is being typed: then it is asked at the next payment.
function askProof(q, then) {
  if (fields.typing()) { state.trouble = say('prove-again'); beep(false); return; }
  dialogs.prove(q, then);
}
// itemOf is what the queue has of a sale.
function itemOf(q, money, at, number, proof) {
  const record = { ...sale.facts(q, money, at), number }, unread = sale.unread(q);
  if (q.alone) return { state: 'waits', alone: true, at, due: q.due, record, ...unread.length && { unread, cart: { ...sale.pointless(), buyer: record.buyer } } };
  const commit = { ...sale.body(), quote: q.id, payments: money, number };
  if (proof?.qr) commit.buyer = { qr: proof.qr };
  if (proof?.proof) commit.proof = proof.proof;
  return { state: 'waits', at, due: q.due, record, commit };
}
// settle asks for what was written down as sold. again: the page was closed over it, and it may have been done then.
async function settle(s, again = false) {
  try {
    await finish(s, s.asking ? await answerOf(s, again) : null);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    await notSold(e, s);
  }
}
// answerOf waits for the program; null: the cashier goes on without its answer, which the queue gets later.
async function answerOf(s, again) {
  let goOn, gone = false;
  const without = new Promise(done => { goOn = () => { gone = true; done(null); }; });
  const wait = setTimeout(() => {
    waits = goOn;
    if (!state.start?.duty) return;
    if (fields.typing() || dialogOpen()) { sayAsking(); return; } // the keys are for that
    openUnseen('waits').addEventListener('close', () => { if (state.busy) sayAsking(); }, { once: true });
  }, 1200);
  const answer = queue.commit(s.item).catch(async e => {
    if (gone) { queue.flush(); return null; } // it was paid by then: what is refused is told as a fact
    if (e instanceof Refused && (!again || queue.forGood(e))) { await keep.withdraw(s.item.seq, s.receipt); throw e; }
    return null;
  });
  answer.then(a => { if (gone) { sold(); toldLater(s.item, a); } }).catch(() => {}); // who waits is told of what is refused
  try { return await Promise.race([answer, without]); } finally {
    clearTimeout(wait);
    waits = null;
    if ($('#waits').open) close('waits');
  }
}
let waits; // what goes on without the answer, while one is waited for
/** goOn goes on without it, but for by a key that was pressed before that was asked. */
export const goOn = () => { if ($('#waits[open][data-unseen]')) beep(false); else waits?.(); };
async function notSold(e, s) {
  if (e.status === 401) { await nobody(); return; }
  if (!state.start?.duty) return; // its receipt is there again for whoever signs in
  if (e.code === 'points.proof-needed') { askProof(state.quote, p => pay(s.kind, s.kind === 'mixed' ? s.payments : null, p)); return; }
  const proof = !state.qr && s.item.commit?.buyer?.qr; // that was shown for it alone
  if (e.code.startsWith('card.qr')) state.qr = null;
  await sale.quote();
  if (proof && e.code === 'api.invalid') state.trouble = say('prove-qr-bad');
  else if (proof && /^quote\.|not-found/.test(e.code)) state.trouble = say('prove-qr-other');
  else state.trouble = e.code.startsWith('quote.') ? say('changed') : e.message;
  beep(false);
  sayAnew(); // his points may be what has changed
}
// keepAfter keeps a member as a sale has left him, for when he can't be asked about.
const keepAfter = async m => { if (m) await keep.remember('after:' + m.id, { active: m.active, spendable: m.spendable, seen: m.seen }); };
async function finish(was, answer) {
  const { receipt: _, asking: __, ...s } = { ...was, answer };
  await keepAfter(sale.after(s.member, s.quote, answer));
  fields.keep(); // what was typed meanwhile
  endReceipt(s);
  state.qr = null; state.sold = s;
  if (state.start?.duty) drawDone(s); // else whoever signs in sees it
  setTimeout(() => { s.seen = true; if (state.sold === s) $('.pdone')?.setAttribute('data-seen', ''); }, UNSEEN);
  beep(true);
  bought.count(s.lines).then(() => { if (atDesk()) draw(); }); // the next guest's desk may be there already
  sold();
  if (!answer) queue.flush(); // it may have been a moment's trouble
  if (answer && s.member?.number) tellOfNow(s); // the next sale does not wait for it
}
async function tellOfNow(s) {
  const is = await fresh(s.member).catch(() => null);
  if (is && state.sold === s) tell(s.member, is);
}
/** toldLater shows what has come of a sale that the cashier has gone on from, while the guest is still there. */
export function toldLater(item, answer) {
  if (!item || !answer || state.sold?.number !== item.seq || state.sold.answer) return;
  state.sold.answer = answer;
  keep.set('sale', state.sold);
  keepAfter(sale.after(state.sold.member, state.sold.quote, answer));
  if (atDone()) drawDone(state.sold); // over a locked till it is seen by whoever opens it
}
/** back tells beside what was sold what has come back of it: what the buyer has is another by now. */
export function back({ receipt, ...is }) {
  const s = state.sold;
  if (!s?.answer || s.answer.id !== receipt) return;
  s.backs = [...s.backs ?? [], is];
  keep.set('sale', s);
  if (!atDone()) return;
  drawDone(s);
  $('.pdone').setAttribute('data-seen', '');
}
/** endReceipt forgets the receipt and all that was to come on it; sold is what it was sold as, which is seen until the next. */
export function endReceipt(sold = null) {
  bought.begin();
  sale.clear();
  keep.set('sale', sold);
}

/** hold keeps the queue from a sale that is still asked for: who sold it is told first. */
export async function hold() {
  const s = await keep.get('sale');
  if (s?.asking) queue.hold(s.number);
}
/** takeUp takes up the sale that the page was closed over: one that was asked for is asked for again, by its own key, while its
 * receipt is seen; one that was sold is shown. */
export async function takeUp() {
  const s = await keep.get('sale');
  if (!s) return;
  if (!s.asking) { state.sold = { ...s, seen: true }; return; }
  Object.assign(state, s.receipt, { quote: s.quote });
  whileBusy(() => settle(s, true));
}
