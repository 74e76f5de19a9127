// Receipts that were sold: found, printed, given back, given to a member.
import { $, $$, fill, make, open, close } from './render.js';
import { ask, isOnline, Refused } from './net.js';
import * as keep from './keep.js';
import { state } from './sale.js';
import { moment, money, pieces, plain, points, quantity, say, way } from './words.js';
import * as stock from './goods.js';
import * as refunds from './refunds.js';
import * as notice from './notice.js';
import { paper } from './paper.js';
import { problem } from './dialogs.js';
import { beep } from './keys.js';
import { next } from './desk.js';
import { newest, within } from './turn.js';

let chosen; // the receipt that is given back
let given; // the receipt that waits for whom it is given to
let listed = []; // the receipts that are shown
let askedFor = ''; // what stood in the field as they were asked for; null: it was typed into since
let giving; // what gives a receipt to the member who is named, once that is confirmed
let unknown; // the refund of the chosen one that was asked for and not answered

const row = r => {
  const refunded = { part: say('part-refunded'), refunded: say('refunded') }[r.state];
  const node = make('receipt', { due: money(r.due), facts: [say('receipt-no', { number: r.number }), r.at, r.who || (r.member ? say('with-member') : say('no-member-receipt')), (r.ways ?? []).map(way).join(', '), refunded].filter(Boolean).join(' · ') });
  $('[data-do=refund]', node).dataset.id = r.id;
  $('[data-do=refund]', node).disabled = r.state === 'refunded';
  const claim = $('[data-do=claim]', node);
  $('[data-do=print-receipt]', node).dataset.id = r.id;
  claim.dataset.id = r.id; claim.hidden = r.member || r.state === 'refunded';
  if (state.member?.id) claim.textContent = say('claim-to', { name: state.member.name });
  return node;
};
function show(d, list, done) {
  listed = list;
  fill(d, { list: list.map(row), error: list.length ? '' : say('receipt-none'), done });
  const q = $('#receipt-q'), at = document.activeElement, only = list.length === 1 && $('[data-do=refund]:not(:disabled)', d);
  if (at === document.body || at === d) q.focus(); // the button that was pressed is gone
  if (at !== q || !untouched()) return; // what is typed goes on
  if (q.value && only) only.focus(); // the one that was asked for
  else q.select(); // the next number is typed over it
}
// untouched tells whether nothing was typed into the field since it was asked for what stands there.
const untouched = () => $('#receipt-q').value === askedFor;
// typeOver has what is typed next stand in place of what was asked for, also before that is answered.
function typeOver() { if (document.activeElement?.id === 'receipt-q') $('#receipt-q').select(); }

/** receipts shows the newest of the till, or what a number, a fiscal QR or a member finds; done is what was done. */
export async function receipts(q = '', done = '') {
  const anew = q || !$('#receipts').open || untouched(); // else another number is being typed
  const d = open('receipts'), here = newest(d), seen = within(d);
  wantsMember(d, null);
  if (anew) $('#receipt-q').value = q;
  askedFor = q;
  if (anew) typeOver();
  fill(d, { done, error: '' });
  try {
    if (!isOnline()) { fill(d, { list: [], error: say('refund-offline'), done }); return; }
    const { list, words } = q ? await foundBy(q) : { list: (await ask('/shift')).receipts, words: '' };
    if (here()) show(d, list, done || words); else if (done && !seen()) await notice.tell(done); // it may not have been read
  } catch (e) { if (here()) problem(d, e); else if (done && !seen()) await notice.tell(done); }
}
async function foundBy(q) {
  const by = /(^|&)fn=/.test(q) ? 'qr=' : 'key=';
  let found = (await ask('/receipts?' + by + encodeURIComponent(q))).receipts;
  if (/^\d+$/.test(q)) { // the number that this till has printed, beside the same of the outlet's others
    const s = await keep.get('sequence'), mine = s ? (await ask('/receipts?exact=1&key=' + encodeURIComponent(`pos-${s.till}-${q}`))).receipts : [];
    found = [...mine, ...found.filter(p => !mine.some(m => m.id === p.id))];
  }
  let words = '';
  if (!found.length && by === 'key=') ({ found, words } = await ofMembers(q));
  return { list: found.map(p => ({ ...p, at: moment(p.at) })), words };
}
// ofMembers are the receipts, newest first, of whom a card or a phone names: who brings goods back may have no receipt.
async function ofMembers(q) {
  const { found } = await ask('/find', { body: { q } });
  const each = await Promise.all(found.map(m => ask('/receipts?member=' + m.id)));
  return {
    found: each.flatMap(x => x.receipts).sort((a, b) => (a.at < b.at) - (a.at > b.at)),
    words: found.length ? say(each.some(x => x.more) ? 'receipts-newest' : 'receipts-member', { name: found.map(m => m.name).join(', ') }) : '',
  };
}

// quiet gives what tells whether nothing was typed over the list since: else no question opens over it.
function quiet() {
  const stood = $('#receipt-q').value;
  return () => $('#receipt-q').value === stood;
}

/** refund shows what of a receipt may come back, once it is known what has come of the refund that was asked for before. */
export async function refund(id) {
  const d = $('#receipts'), here = newest(d), still = quiet();
  try {
    const before = await refunds.unknown(id);
    if (before) { await tellBefore(d, here, before); return; }
    const is = await ask('/api/purchases/' + id);
    if (!here() || !still()) return;
    chosen = is; unknown = undefined;
  } catch (e) { if (here()) problem(d, e); return; }
  offer(open('refund'));
  look();
}
const telling = new Map(); // refunds by their keys of which is told in the list, and whether it is still there
// tellBefore asks what has come of a refund whose answer was lost, and tells of it where another was to be begun.
async function tellBefore(d, here, before) {
  fill(d, { done: say('asking'), error: '' });
  telling.set(before.key, here);
  const came = await refunds.settle(before).finally(() => telling.delete(before.key));
  if (!here()) return;
  if (came.silent) { fill(d, { done: '', error: say('refund-unknown') }); beep(false); return; }
  await receipts('', refunds.lateWords(before, came));
}
// offer fills the dialog of a refund with what of the chosen receipt may come back.
function offer(d) {
  const back = chosen.lines.map((_, i) => (chosen.refunds ?? []).flatMap(r => r.lines).filter(l => l.line === i).reduce((n, l) => n + pieces(String(l.quantity)), 0));
  showAsking(d, false);
  fill(d, {
    about: say('refund-of', { number: chosen.number || chosen.key, sum: money(chosen.due - chosen.refunded) }), error: '', preview: '',
    lines: chosen.lines.map((l, i) => {
      const left = pieces(String(l.quantity)) - back[i], node = $('#t-refund-line').content.firstElementChild.cloneNode(true);
      fill(node, { name: l.name || l.sku, left: say(back[i] ? 'refund-left-part' : 'refund-left', { quantity: quantity(left), sum: money(l.due) }) });
      const input = $('input', node);
      input.dataset.line = i; input.dataset.left = left; input.disabled = left <= 0;
      return node;
    }),
  });
  $$('[data-line]', d).find(i => !i.disabled)?.select();
}

const wanted = what => ({ cashier: state.start.duty.id, purchase: { id: chosen.id }, ...what });

let looking;
/** lookAgain shows what would come back, once typing rests. */
export function lookAgain() {
  clearTimeout(looking);
  if (!asking()) fill($('#refund'), { error: '' }); // it was of what stood there before
  looking = setTimeout(look, 200);
}
// look asks what would come back of the lines that are named, or of all that is left. Where a refund is asked for and not
// answered nobody can tell.
async function look() {
  const d = $('#refund');
  if (!d.open || asking() || unknown) return;
  const here = newest(d);
  let lines;
  try { lines = parts(d); } catch (input) { fill(d, { preview: '', error: badCount(input) }); return; }
  try {
    const r = await ask('/api/refunds/quote', { body: wanted(lines.length ? { lines } : { whole: true }) });
    if (here()) fill(d, { preview: refunds.wordsOf(r, lines.length ? 'refund-come' : 'refund-come-whole', 'refund-gives', 'refund-takes') });
  } catch (e) {
    if (!here()) return;
    fill(d, { preview: '' });
    problem(d, e);
  }
}

const badCount = input => say(Number.isNaN(pieces(input.value)) ? 'bad-count' : 'bad-quantity', { most: quantity(Number(input.dataset.left)) });
// parts are the lines that are named; where one can't be, it is marked and thrown.
function parts(d) {
  const lines = [];
  for (const input of $$('[data-line]', d)) {
    const n = pieces(input.value || '0');
    if (Number.isNaN(n) || n > Number(input.dataset.left)) { input.setAttribute('aria-invalid', 'true'); throw input; }
    input.removeAttribute('aria-invalid');
    if (n) lines.push({ line: Number(input.dataset.line), quantity: plain(n) });
  }
  return lines;
}

/** refundTyped gives back what was named, or all that is left. What was asked for before and not answered is asked for again
 * instead: it is not known what is left. */
export async function refundTyped(whole) {
  const d = $('#refund');
  if (asking()) return;
  let what;
  if (!unknown) try { what = whole ? { whole: true } : { lines: parts(d) }; } catch (input) { fill(d, { error: badCount(input) }); input.focus(); return; }
  if (what?.lines && !what.lines.length) { fill(d, { error: say('refund-nothing') }); return; }
  const here = newest(d); // nothing is told any more of what would come back
  clearTimeout(looking);
  showAsking(d, true);
  try {
    const first = !unknown, r = unknown ?? await refunds.begin(chosen.id, chosen.number || chosen.key, wanted(what));
    if (here()) unknown = r;
    await refunds.settle(r, first);
  } catch (e) { if (here()) { showAsking(d, false); fill(d, { preview: '' }); problem(d, e); } throw e; }
}
let refunded = () => {};
/** onRefunded names what is done once something has come back. */
export const onRefunded = f => { refunded = f; };
refunds.onRefund(async (r, came) => {
  const d = $('#refund'), here = unknown?.key === r.key && d.open, pressed = asking();
  if (came.back) refunded({ receipt: r.receipt, at: new Date().toISOString(), money: came.back.money, points: refunds.pointsOf(came.back, 'refund-given', 'refund-taken'), words: refunds.backWords(came.back) });
  if (!here) { if (!came.silent && !telling.get(r.key)?.()) await notice.tell(refunds.lateWords(r, came)); return; }
  showAsking(d, false);
  if (came.silent) { if (pressed) { fill(d, { preview: '' }); if (came.silent instanceof Refused) problem(d, came.silent); else { fill(d, { error: say('refund-kept') }); beep(false); } $('[type=submit]', d)?.focus(); } return; }
  fill(d, { preview: '' });
  unknown = undefined;
  if (came.doubt) { fill(d, { error: say('refund-doubt') }); beep(false); return; }
  if (came.back) {
    beep(true);
    close('refund');
    receipts('', refunds.backWords(came.back));
  } else refused(d, came.refused);
});
// refused tells why nothing came back, beside the receipt as it is by now: others may have given of it back.
async function refused(d, e) {
  problem(d, e);
  const here = newest(d), is = await ask('/api/purchases/' + chosen.id).catch(() => null);
  if (!is || !here()) return;
  chosen = is;
  offer(d);
  fill(d, { error: e.message });
}
/** asking tells whether a refund is asked for: its dialog is not closed before what came of it is known. */
export const asking = () => $('#refund').open && 'asking' in $('#refund').dataset;
function showAsking(d, is) {
  for (const b of $$('.dlg-f button', d)) b.disabled = is;
  if (is) fill(d, { error: '', preview: say('asking') });
  d.toggleAttribute('data-asking', is);
}

/** goodScanned marks one more of a good that comes back by its barcode. */
export async function goodScanned(code) {
  const d = $('#refund'), here = within(d), found = (await stock.find(code).catch(() => null))?.[0];
  if (!here() || asking()) return;
  const input = found?.exact && $$('[data-line]', d).find(i => chosen.lines[i.dataset.line].sku === found.sku && pieces(i.value || '0') < Number(i.dataset.left));
  if (!input) { fill(d, { error: say('refund-not-here', { code }) }); beep(false); return; }
  input.value = plain(Math.min(pieces(input.value || '0') + 1000, Number(input.dataset.left)));
  input.select();
  beep(true);
  lookAgain();
}

// wantsMember makes the field ask for whom a receipt is given to, or for a receipt again.
function wantsMember(d, id) {
  given = id;
  const q = $('#receipt-q');
  q.placeholder = say(id ? 'claim-whom' : 'receipt-q');
  if (id) { q.value = askedFor = ''; fill(d, { done: say('claim-first'), error: '' }); q.focus(); }
}
/** typed takes what was typed or scanned: a receipt, or a member where one is waited for. */
export async function typed(q, after) {
  q = q.replace(/^(?:№|#|N\s)\s*/i, ''); // as the list has it, and as keyboards do
  if (!given || /(^|&)fn=/.test(q)) { await receipts(q); return; }
  const d = $('#receipts'), id = given, here = newest(d), still = quiet();
  askedFor = $('#receipt-q').value;
  typeOver();
  fill(d, { error: '' });
  try {
    const { found } = await ask('/find', { body: { q } });
    if (!here() || !still()) return;
    if (found.length === 1 && found[0].serves) { askToGive(id, found[0], after); return; }
    fill(d, { error: found.length === 1 ? found[0].why : say('claim-nobody', { code: q }) });
    beep(false);
  } catch (e) { if (here()) problem(d, e); }
}

/** claim gives a receipt of nobody's to the member who is at the till, or asks who he is. */
export function claim(id, after) {
  newest($('#receipts')); // a list that comes late is not shown over it
  if (state.member?.id) askToGive(id, state.member, after); else wantsMember($('#receipts'), id);
}
// askToGive asks first: the till can't take a receipt back from whom it was given to.
function askToGive(id, member, after) {
  const r = listed.find(x => x.id === id);
  giving = () => give(r, member, after);
  fill(open('claim'), { about: say('claim-about', { number: r.number, sum: money(r.due), name: member.name }) });
}
/** claimed gives the receipt to whom it was asked for. */
export async function claimed() {
  close('claim');
  await giving();
}
async function give(r, member, after) {
  const d = $('#receipts'), here = newest(d), late = what => notice.tell(say('of-receipt', { number: r.number, what }));
  try {
    const p = await ask('/api/purchases/claim', { body: { cashier: state.start.duty.id, buyer: { member: member.id }, purchase: { id: r.id } } });
    const done = say('claim-done', { name: member.name, points: points(p.earned || p.claim?.earned || 0) });
    if (!here()) { await late(done); return; }
    beep(true);
    await receipts('', done);
    await after();
  } catch (e) { if (here()) problem(d, e); else await late(e instanceof Refused ? e.message : say('claim-unknown')); }
}

/** print prints a receipt that was sold before, anew. */
export async function print(id) {
  const d = $('#receipts'), here = within(d);
  try {
    const p = await ask('/api/purchases/' + id);
    if (here()) paper({
      number: p.number || p.key, at: p.at, payments: p.payments ?? [], points: p.paid_with_points, due: p.due, messages: [],
      cashier: state.start.cashiers.find(c => c.id === p.cashier)?.name,
      lines: p.lines.map(l => ({ name: l.name || l.sku, quantity: pieces(String(l.quantity)), price: l.price ?? 0, due: l.gross - l.discount })),
      member: p.member && { earned: p.earned, spent: p.spent },
      refunds: (p.refunds ?? []).map(r => ({ at: r.at, money: r.money, points: refunds.pointsOf(r, 'refund-given', 'refund-taken') })),
    });
  } catch (e) { if (here()) problem(d, e); }
}
$('#receipts').addEventListener('close', () => setTimeout(() => { if (document.activeElement === document.body) next(); }));
$('#refund').addEventListener('close', () => { if ($('#receipts').open) $('#receipt-q').focus(); });
$('#receipt-q').addEventListener('input', () => { askedFor = null; });
// The rows of a list are gone through by arrows; what is typed over them is the next number.
$('#receipts').addEventListener('keydown', e => {
  if (/^[\p{L}\p{N}#№-]$/u.test(e.key) && !(e.ctrlKey || e.altKey || e.metaKey) && document.activeElement?.id !== 'receipt-q') $('#receipt-q').select();
  const by = { ArrowUp: -1, ArrowDown: 1 }[e.key], all = $$('#receipts .rec li');
  if (!by || !all.length) return;
  e.preventDefault();
  const at = all.findIndex(li => li.contains(document.activeElement)) + by;
  const to = at < 0 ? $('#receipt-q') : [...all[Math.min(at, all.length - 1)].querySelectorAll('button:not([hidden],:disabled)')].at(-1);
  to?.focus();
});
