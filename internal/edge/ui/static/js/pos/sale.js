// The receipt that is made. It is the till's until it is sold; what it comes to is the program's to say or, while there is no
// network, that of the rules that the till keeps. Where it has none, nothing is taken off but points, up to what the programme
// allows a till to risk.
import { ask, Refused, Silent, isOnline } from './net.js';
import * as keep from './keep.js';
import * as rules from './rules.js';
import { locale, money, plain, points, say } from './words.js';

const LATE = 120; // milliseconds after the last change
const empty = () => ({ buyer: null, member: null, lines: [], codes: [], spend: 0, current: -1 });

/** state is all that the desk shows. Its look is a quote without the points that can't be spent so: what else it comes to; left
 * says, as long as it is so, why a payment was stopped. */
export const state = { start: null, ...empty(), quote: null, look: null, quoting: false, trouble: '', left: null, asked: null, sold: null, paying: false, busy: false };
/** busy tells whether the receipt is being paid, what is looked up for it still included: what is typed by then is for another. */
export const busy = () => state.paying || state.busy;

let told = () => {}, timer, asking;
/** onChange names who draws the desk. */
export const onChange = f => { told = f; };

/** receipt is what is kept of the receipt that is made. */
export const receipt = () => ({ buyer: state.buyer, member: state.member, lines: state.lines, codes: state.codes, spend: state.spend, current: state.current });
const kept = () => keep.set('receipt', receipt());

/** restore takes up the receipt that was being made when the page was closed. */
export async function restore() {
  Object.assign(state, empty(), await keep.get('receipt'));
  resume();
}
/** rest asks nothing while nobody is on duty; resume asks anew. */
export function rest() { clearTimeout(timer); asking?.abort(); state.quoting = false; }
export function resume() { if (state.lines.length || state.member) changed(); }

let changes = 0;
/** changed keeps the receipt, shows it once it is kept, and asks what it comes to: what was seen outlives the page. */
function changed() {
  const mine = ++changes;
  state.quote = state.look = null; state.trouble = '';
  clearTimeout(timer); asking?.abort();
  state.quoting = state.lines.length > 0;
  kept().finally(() => {
    if (mine !== changes) return;
    told();
    if (state.quoting) timer = setTimeout(quote, LATE);
  });
}

/** body is the receipt as the API takes it. */
export function body() {
  const b = { cashier: state.start.duty.id, lines: state.lines.map(l => ({ sku: l.sku, name: nameOf(l), quantity: plain(l.quantity), price: l.price })) };
  if (state.buyer) b.buyer = state.buyer;
  if (state.codes.length) b.codes = state.codes;
  if (state.member && state.spend === 'most') b.spend_max = true;
  else if (state.member && state.spend) b.spend = state.spend;
  return b;
}

/** pointless is the receipt without the points that are to pay. */
export function pointless() {
  const { spend_max, spend: _, ...rest } = body();
  return rest;
}

/** quote asks what the receipt comes to now. */
export async function quote() {
  clearTimeout(timer); asking?.abort();
  if (!state.lines.length || !state.start?.duty) { state.quoting = false; return; } // nothing is waited for
  const mine = asking = new AbortController();
  state.quoting = true;
  const no = Number.isNaN(state.spend) ? say('bad-points') : state.spend > 0 && whyNone();
  if (no) { await noPoints(mine.signal, no); return; }
  try {
    if (!isOnline()) throw new Silent('no network');
    const q = await ask('/api/quotes', { body: body(), signal: mine.signal });
    if (mine.signal.aborted) return;
    Object.assign(state, { quote: q, look: null, trouble: otherwise(q) });
  } catch (e) {
    if (mine.signal.aborted) return;
    if (e instanceof Silent) { await quoteAlone(mine.signal); if (mine.signal.aborted) return; }
    else if (e instanceof Refused) {
      state.quote = null; state.trouble = e.message;
      state.look = state.spend ? await lookWithout(mine.signal) : null;
      if (mine.signal.aborted) return;
    }
    else throw e;
  }
  state.quoting = false;
  told();
}

let said; // what the cashier was told that the receipt comes to, since he has changed it
// otherwise tells that it comes to another sum though nobody has changed it: the network has come or gone.
function otherwise(q) {
  if (said?.changes !== changes) said = { changes, due: q.due, words: '' };
  if (q.due !== said.due) said = { changes, due: q.due, words: say('due-changed', { sum: money(q.due) }), at: performance.now() };
  return said.words;
}
/** justChanged tells whether it has come to another sum so lately that nobody has read it: within so many milliseconds. */
export const justChanged = within => said?.changes === changes && performance.now() - said.at < within;

// quoteAlone is a quote by the till's own knowledge; points that can't be so many are told, as the program would.
async function quoteAlone(signal) {
  const q = await alone(state.spend);
  if (signal.aborted) return;
  if (!Number.isInteger(state.spend) || q.spent === state.spend) { Object.assign(state, { quote: q, look: null, trouble: otherwise(q) }); return; }
  const look = await alone(0);
  if (!signal.aborted) Object.assign(state, { quote: null, look, trouble: say('offline-most', { points: points(q.most) }) });
}
// noPoints tells why what was typed is no number of points that can be spent.
async function noPoints(signal, why) {
  const look = await lookWithout(signal);
  if (signal.aborted) return;
  Object.assign(state, { quote: null, look, trouble: why, quoting: false });
  told();
}
// lookWithout is what the receipt comes to with no points spent; null where that can't be told.
async function lookWithout(signal) {
  return ask('/api/quotes', { body: pointless(), signal }).catch(() => null);
}

/** whyNone tells why nobody can spend points here at all; '': whoever buys can. */
export const whyNone = () => !state.member ? say('spend-nobody') : !state.member.serves ? state.member.why : state.start?.programme ? '' : say('why-none');
/** payable tells whether there is something to pay, by who may. */
export const payable = () => state.lines.length > 0 && (!state.member || state.member.serves);
/** nameOf is what a line is called: a bare sum has no name of its own. */
export const nameOf = l => l.sku === 'sum' ? say('sum-line') : l.name;
/** grossOf is what a line comes to before anything is taken off, and gross what all do. */
export const grossOf = l => Math.floor((l.price * l.quantity + 500) / 1000);
export const gross = () => state.lines.reduce((n, l) => n + grossOf(l), 0);

/** risk is the most points that may be spent with no network and no rules, in hundredths. */
function risk() {
  const t = state.start?.programme, m = state.member;
  if (!t || !m || !m.serves || t.offline <= 0) return 0;
  const share = Math.floor(gross() * t.share / 1e6);
  const most = Math.min(t.offline, m.spendable, Math.floor(share * 100 / t.point_value));
  return Math.max(0, most - most % t.spend_step);
}

/** alone is what the receipt comes to by the till's own knowledge. */
async function alone(spend) {
  const judged = await rules.judge({
    at: Date.now(), cashier: state.start.duty.id, codes: state.codes, buyer: state.member?.serves ? state.member.seen : undefined,
    lines: state.lines.map(l => ({ sku: l.sku, quantity: plain(l.quantity), gross: grossOf(l), product: l.product })),
    most: spend === 'most', spend: Number(spend) || 0,
  });
  return judged ? byRules(judged) : byPrices(spend);
}

const byRules = a => ({ ...a, alone: true, judged: true, messages: a.messages.map(m => locale.startsWith('en') && m.en || m.ru) });

function byPrices(wanted) {
  const sum = gross(), most = risk(), t = state.start.programme;
  let spent = wanted === 'most' ? most : Math.min(wanted || 0, most);
  if (t) spent -= spent % t.spend_step;
  const paid = t ? Math.floor(spent * t.point_value / 100) : 0;
  return {
    alone: true, gross: sum, discount: 0, paid_with_points: paid, due: sum - paid, spent, most, earned: 0, codes: [],
    lines: state.lines.map(l => ({ gross: grossOf(l), discount: 0, due: grossOf(l) })),
  };
}

/** after is a member as he is once what is sold is sold, for the next time that he can't be asked about. */
export function after(m, q, answer) {
  const seen = q.after ?? m?.seen;
  if (!m?.id) return null;
  if (answer) {
    const { active, spendable } = answer.balance;
    return { ...m, active, spendable, seen: seen && { ...seen, seen: { ...seen.seen, spendable, purchases: (seen.seen.purchases ?? 0) + 1, turnover: (seen.seen.turnover ?? 0) + q.due } } };
  }
  return { ...m, active: m.active - q.spent, spendable: m.spendable - q.spent, seen };
}

// edit is how a receipt changes. One that is being paid does not: what is added then would be on no receipt at all.
function edit(change) {
  if (state.busy) return;
  change();
  changed();
}
// byHand is a change that the cashier makes: none is made from the payment on, while what was looked up before still comes.
const byHand = change => { if (!state.paying) edit(change); };
/** add puts a product on the receipt; the same at the same price makes one line. */
export const add = (good, quantity = 1000) => edit(() => {
  let i = state.lines.findIndex(l => l.sku === good.sku && l.price === good.price && good.sku !== 'sum');
  if (i >= 0) state.lines[i].quantity += quantity;
  else i = state.lines.push({ sku: good.sku, name: good.name, price: good.price, product: good.product, asked: good.asked, quantity }) - 1;
  state.current = i;
});
/** more changes the quantity of a line by whole pieces; none left takes it off. */
export const more = (i, by) => state.lines[i] && byHand(() => {
  state.lines[i].quantity += by * 1000;
  state.current = i;
  if (state.lines[i].quantity <= 0) takeOff(i);
});
export const drop = i => byHand(() => takeOff(i));
function takeOff(i) {
  state.lines.splice(i, 1);
  state.current = Math.min(state.current, state.lines.length - 1);
  if (!state.lines.length) state.spend = 0;
}
/** spend says how many points pay, in hundredths, or "most"; NaN: what was typed is no number. */
export const spend = points => byHand(() => { state.spend = points; });
/** serve says who buys: a member that was found by a code. */
export const serve = (member, buyer) => edit(() => {
  const same = member?.id && state.member?.id === member.id, ahead = member && !state.member;
  if (!same && !ahead) state.spend = 0; // what was asked for before he was shown is his
  state.member = member; state.buyer = buyer;
});
export const forget = () => { if (!state.paying) serve(null, null); };
/** leave is the end of a receipt with nothing on it: neither its member nor its codes are the next guest's. */
export const leave = () => byHand(() => Object.assign(state, { member: null, buyer: null, spend: 0, codes: [] }));
/** hasCode tells whether a promo code is on the receipt, however it is written. */
export const hasCode = code => state.codes.some(c => c.toLowerCase() === code.toLowerCase());
/** takeCode puts a promo code on the receipt, once. */
export const takeCode = code => hasCode(code) || edit(() => { state.codes.push(code); });
/** dropCode takes one off. */
export const dropCode = i => byHand(() => { state.codes.splice(i, 1); });
let receipts = 0;
/** turn counts receipts: what was asked for one is not put on another. */
export const turn = () => receipts;
/** clear begins the next receipt. */
export function clear() {
  changes++; receipts++;
  clearTimeout(timer); asking?.abort();
  Object.assign(state, empty(), { quote: null, look: null, quoting: false, trouble: '', left: null, asked: null, sold: null });
  kept();
  told();
}

/** unread are the codes that a quote made with no network did not go by: they are unknown to the till, or gave nothing. */
export const unread = q => q?.alone ? state.codes.filter(c => !q.codes.includes(c)) : [];

/** facts is the receipt as one that was sold: what the buyer was told and has paid. */
export function facts(q, payments, at) {
  const b = pointless();
  b.at = at;
  b.lines = b.lines.map((l, i) => q.lines[i].discount ? { ...l, gross: q.lines[i].gross, discount: q.lines[i].discount } : { ...l, gross: q.lines[i].gross });
  if (b.buyer?.qr) b.buyer = { member: state.member.id };
  if (q.spent) b.spent = q.spent;
  if (q.alone) b.codes = q.codes; // what could not be looked up was not used
  if (!b.codes?.length) delete b.codes;
  b.payments = payments;
  return b;
}
