// Who buys: found by what was scanned or typed, or from the till's memory; and what is done to him at the till.
import { $, button, close, good, note, open, put, wrong } from './render.js';
import { ask, FIND, isOnline, Refused, Silent } from './net.js';
import { look } from './looking.js';
import * as keep from './keep.js';
import * as sale from './sale.js';
import { state } from './sale.js';
import { say } from './words.js';
import { atDesk, draw, next } from './desk.js';
import { beep, toNext } from './keys.js';
import * as stock from './goods.js';
import * as dialogs from './dialogs.js';
import * as bought from './item.js';
import { engaged } from './fields.js';
import * as notice from './notice.js';
import { turn } from './turn.js';

const known = code => code.replace(/\s/g, '').toLowerCase();
let asked = 0, serves = 0; // who is asked for, and who is served: of members that were shown the last is
/** shown numbers what is shown to the till, in its order. */
export const shown = () => ++asked;
const SUM = /^\d{1,7}[.,]\d{1,2}$/;
// A number that was typed as a good and is none may be somebody's, shown by a scanner that paused.
bought.onNumber(() => {
  const mine = shown();
  return (code, gone, none) => seek(code, mine, gone, { none });
});
/** find asks who is meant by what was typed. It leaves its field at once: what is typed from then on is what is bought. */
export function find(code) {
  if (sale.busy()) { beep(false); return; }
  if ($('#scan')?.value.trim() === code) $('#scan').value = '';
  toNext('#item');
  if (SUM.test(code)) return bought.item(code);
  const before = bought.before(), is = look(code, gone => seek(code, shown(), gone, { before }));
  bought.after(is);
  return is;
}
/** seek finds the member of a code that was shown; false: the cashier goes on. Goods that it names come after what was typed
 * before it. none takes what is nobody's, with why that could not be asked, where it was typed as a good. */
export async function seek(code, mine, gone, { scanned = false, before, none } = {}) {
  const here = turn();
  if (!none) put('#scan-error');
  let found;
  try {
    if (!isOnline()) throw new Silent('no network');
    found = (await ask('/find', { body: { q: code }, patience: FIND })).found;
  } catch (e) {
    if (gone()) return true;
    if (e instanceof Silent) return fromMemory(code, mine, gone, { scanned, before, none });
    if (!(e instanceof Refused)) throw e;
    if (none) return none(e.message);
    if (!atDesk()) { bought.miss(code, code); return false; }
    return notAsked(code, e, scanned);
  }
  if (gone()) return true;
  if (!found.length && none) return none();
  if (!found.length && atDesk() && (isWords(code) || !scanned && await isGood(code)) && atDesk()) return sellWords(code, gone, before);
  if (gone()) return true;
  if (late(mine) && (found.length || isPhone(code))) return true; // another was shown since, and is served
  if (!atDesk() || found.length > 1 && !here()) { bought.miss(code, code); return false; } // the till is locked: whoever opens it sees to it
  if (!found.length) return notFound(code, scanned);
  return found.length === 1 ? serve(found[0], code, mine) : several(code, found, mine);
}
const late = mine => mine < serves;
const isPhone = code => /^\+?[78][\d()\s-]{9,}$/.test(code); // it is no good's
// several are asked about at once, but for over what is being typed: the keys are for that.
function several(code, found, mine) {
  const aside = () => bought.miss(say('many-members', { code }), code, button(say('which'), 'which', { data: { code } }));
  if (engaged()) aside(); else dialogs.choose(code, found, m => serve(m, code, mine), aside);
  return false;
}
// notAsked keeps what was typed where it could not be asked for.
function notAsked(code, e, scanned) {
  if (scanned || back(code)) refused(e); else bought.miss(say('missed-what', { text: code, words: e.message }), code);
  return false;
}
let restored; // what was typed and found nobody, put back into its field
// back puts it there, for it to be mended; false: another thing is typed by now.
function back(code) {
  if (engaged()) return false;
  $('#scan').value = restored = code;
  toNext('#scan');
  return true;
}
// unback takes it out again, where it was not mended.
function unback() {
  if (restored && $('#scan')?.value === restored) $('#scan').value = '';
  restored = null;
}
function serve(m, code, mine) {
  if (m.kind !== 'qr') keep.remember(known(code), m);
  return served(m, code, mine);
}
function served(m, code, mine, buyer = m.kind === 'card' ? { card: code } : { member: m.id }) {
  serves = mine;
  const was = state.lines.length && state.member?.id !== m.id ? state.member : null;
  state.qr = m.kind === 'qr' ? code : null;
  sale.serve(m, buyer);
  unback();
  if (was) put('#scan-error', note({ tone: 'warn', icon: 'alert-triangle', text: say('member-changed', { name: m.name, was: was.name }) }));
  beep(m.serves);
  next();
  return m.serves;
}
// fromMemory takes a member who was here before by what was learned of him then; a card that never was is believed: the
// receipt is told with its number.
async function fromMemory(code, mine, gone, { scanned, before, none }) {
  if (/^L1\./i.test(code)) return late(mine) || notAsked(code, new Silent(say('network')), scanned);
  const seen = await keep.recall(known(code)), is = seen && await latest(seen);
  if (gone()) return true;
  if (!atDesk()) { bought.miss(code, code); return false; }
  if (!is && none) return none(bought.isPhone(code) ? null : say('good-alone', { code }));
  if (!is && (isWords(code) || !scanned && await isGood(code))) return sellWords(code, gone, before);
  if (gone()) return true;
  if (late(mine) && (is || isPhone(code))) return true;
  if (is) return served(is, code, mine); // it is as old as it was
  if (state.member) { lostGood(say('not-found-alone', { code }), code); return false; } // whoever is there is not lost to a good that is not known
  const phone = isPhone(code), card = cardLike(code);
  if (state.lines.length && scanned && !code.startsWith('+')) { // among goods it is a good rather than a card, but he may say so
    lostGood(say(card ? 'not-known-alone' : 'good-alone', { code }), code, ...card ? [button(say('as-card'), 'as-card', { data: { code } })] : []);
    return false;
  }
  return phone || card ? believed(code, phone, mine) : lose(code, say('not-card-alone', { code }), scanned);
}
// believed serves somebody who can't be asked about: the receipt is told with his number.
const believed = (code, phone, mine = shown()) => served({
  id: '', kind: phone ? 'phone' : 'card', name: code, initials: '?', serves: true, active: 0, spendable: 0, pending: 0, debt: 0, notes: [], codes: [],
}, code, mine, phone ? { phone: code } : { card: code });
/** asCard takes a code that might have been a good for a member's card. */
export const asCard = code => believed(code, false);
// lostGood keeps a code that may be a good's in sight, and lets go of it where it was typed.
function lostGood(text, code, ...deeds) {
  unback();
  bought.miss(text, code, ...deeds);
}
// lose tells that a code is nobody's: where it was typed, or beside what is typed by now.
function lose(code, words, scanned, ...deeds) {
  if (scanned ? !engaged() : back(code)) bought.lose(code, words, scanned, ...deeds); else lostGood(words, code, ...deeds);
  return false;
}
// cardLike tells a number that may be a card's: of 13 digits the last must fit the others, as on any EAN.
function cardLike(code) {
  if (!/^\d{8,32}$/.test(code)) return false;
  return code.length !== 13 || [...code].reduce((n, d, i) => n + Number(d) * (i % 2 ? 3 : 1), 0) % 10 === 0;
}
// latest is a member as he was left by what was sold to him since he was found by a code.
async function latest(seen) {
  const later = await keep.recall('after:' + seen.found.id);
  return later && later.at > seen.at ? { ...seen.found, ...later.found } : seen.found;
}
// isWords tells what names goods or a sum from what may be somebody's: the cursor stood in the field of members.
const isWords = text => !/@|^L1\./i.test(text) && (text.replace(/\D/g, '').length < 6 || SUM.test(text));
// isGood tells the barcode of a good, which may be typed where the cursor was.
const isGood = async code => /^\d{6,14}$/.test(code) && !!(await stock.find(code).catch(() => null))?.[0]?.exact;
async function sellWords(text, gone, before) {
  await before;
  unback();
  return gone() || bought.typed(text, gone);
}
function notFound(code, scanned) {
  const b = button(say(/^\d{13,}$/.test(code) ? 'register-card' : 'register'), 'register', { primary: true, data: { code } }), words = say(/^\d{8,14}$/.test(code) ? 'not-found-any' : 'not-found', { code });
  state.asked = code;
  if (state.lines.length || state.member) { // where somebody is served it may be a good that is not known
    lostGood(words, code, b);
    next();
    return false;
  }
  lose(code, words, scanned, b);
  if (b.isConnected && b.closest('#scan-error')) b.focus();
  return false;
}
/** refused tells why nothing was done, where members are asked for. */
export function refused(e) { put('#scan-error', wrong(e instanceof Refused ? e.message : say('network'))); beep(false); }
const issuedWords = c => say('card-issued', { number: c.number }) + (c.secret ? ' ' + say('secret-is', { secret: c.secret }) : '');
// issuedLate are those for whoever is at the till by now: a secret is for whose card it is.
const issuedLate = c => say('card-issued', { number: c.number }) + (c.secret ? ' ' + say('secret-late') : '');
const issued = c => put('#scan-error', good(issuedWords(c)));

/** fresh is a member as he is now. */
export const fresh = async (member, code) => (await ask('/find', { body: { q: code ?? member.number } })).found.find(f => f.id === member.id);
/** again shows the member as he is after something was done to him. */
export async function again() {
  const m = state.member, buyer = state.buyer;
  if (!m?.id) return;
  try {
    const is = await fresh(m, buyer.card);
    if (is && state.member === m) sale.serve(is, buyer);
  } catch { /* he stays as he was */ }
}

/** sayAnew shows a member who was kept as he is by now, in the language of now. */
export async function sayAnew() {
  const m = state.member;
  if (!m?.id || !isOnline()) return;
  const is = await fresh(m, state.buyer?.card).catch(() => null);
  if (is && state.member === m) { state.member = is; if (atDesk()) draw(); }
}

/** activate makes a member who waits for it one who is served. */
export async function activate() {
  if (!state.member?.activate) return;
  const here = turn(), m = state.member;
  try {
    await ask('/api/members/' + state.member.id + '/activate', { method: 'POST' });
    if (!here() || state.member?.id !== m.id) return;
    await again();
    beep(true);
  } catch (e) {
    if (!here() || state.member?.id !== m.id) return; // it is seen at him
    if (e.code === 'member.unproven') { dialogs.confirm(state.member, async () => { await again(); next(); }); return; }
    refused(e);
  }
  next();
}
/** askCard asks whether he is given a card. */
export function askCard() { if (state.member?.id && state.member.serves) open('new-card'); }
// A card that is asked for has a key, by its member and type, which stays until it is answered, also when the page is read
// anew: asked for again it is the same card.
async function cardKey(of) {
  let key;
  await keep.change('cards', keys => ({ ...keys, [of]: key = keys?.[of] ?? 'pos-k-' + crypto.randomUUID() }));
  return key;
}
const cardAnswered = of => keep.change('cards', keys => Object.fromEntries(Object.entries(keys ?? {}).filter(([k]) => k !== of)));
/** newCard gives him one. */
export async function newCard() {
  close('new-card');
  const type = state.start.cards?.find(c => c.virtual) ?? state.start.cards?.[0];
  if (!type) { put('#scan-error', wrong(say('none-card'))); return; }
  const here = turn(), m = state.member, seen = () => here() && state.member?.id === m.id, of = m.id + ' ' + type.id;
  try {
    const c = await ask('/api/members/' + m.id + '/cards', { body: { type: type.id }, key: await cardKey(of) });
    await cardAnswered(of);
    if (!seen()) { await notice.tell(m.name + '. ' + issuedLate(c)); return; }
    issued(c);
    beep(true);
  } catch (e) {
    if (e instanceof Refused && ![401, 429].includes(e.status)) await cardAnswered(of);
    if (seen()) refused(e); else await notice.tell(m.name + '. ' + (e instanceof Refused ? e.message : say('card-unknown')));
  }
}
/** registered goes on with who has just become a member; where his form is seen no more he is put on no receipt. */
export async function registered(made, code, here) {
  if (!here) {
    await notice.tell([say('registered-late', { number: made.card?.number ?? made.number }), made.card?.secret ? say('secret-late') : ''].filter(Boolean).join(' '));
    return;
  }
  bought.found(code);
  await find(made.card?.number ?? made.number);
  if (made.card) issued(made.card);
}
