// The cashier workplace: what happens when.
import { $, $$, close, dialogOpen, fill, open, put, wrong } from './render.js';
import { ask, FIND, isOnline, onNetwork, onNobody, PATIENCE, Refused, setOnline, Silent, watch } from './net.js';
import { look, looked, looking, unfound } from './looking.js';
import { over, turn, within } from './turn.js';
import * as keep from './keep.js';
import * as sale from './sale.js';
import * as queue from './queue.js';
import * as rules from './rules.js';
import * as stock from './goods.js';
import { state } from './sale.js';
import { amount, quantity, say, setZone } from './words.js';
import { askCode, askPoints, atDesk, atDone, draw, drawDone, next, quick, tick } from './desk.js';
import { beep, listen, loadScanner, toNext } from './keys.js';
import * as dialogs from './dialogs.js';
import { banknote, cashTyped, exact, follow, given } from './cash.js';
import * as pay from './pay.js';
import * as receipts from './receipts.js';
import * as refunds from './refunds.js';
import * as notice from './notice.js';
import { cardChosen, cardScanned, register, registerTyped, sendRegisterCode, taken } from './register.js';
import * as doors from './doors.js';
import * as bought from './item.js';
import * as fields from './fields.js';
import * as ahead from './ahead.js';
import { activate, again, asCard, askCard, find, newCard, registered, sayAnew, seek, shown } from './buyer.js';
import { paper, sold } from './paper.js';

const page = $('#pos');

// ---- the beginning
const SLOW = 400; // milliseconds of an empty page
async function start() {
  let error = '';
  const lasts = turn();
  fields.keep();
  const before = await keep.get('start'), slow = setTimeout(() => { if (lasts()) doors.message(say('starting'), ''); }, SLOW);
  try {
    const s = await ask('/start', { patience: before ? FIND : PATIENCE });
    if (!lasts()) return; // the till was locked, or opened by another answer
    if (s.unpaired) { unpaired(); return; }
    if (!s.duty) sale.rest();
    state.start = s;
    await keep.set('start', s);
  } catch (e) {
    if (!lasts()) return;
    if (e instanceof Refused && e.code === 'cashier.not-paired') { unpaired(); return; }
    if (e instanceof Refused) { doors.message(say('start-failed'), e.message); return; }
    if (!(e instanceof Silent)) throw e;
    state.start = before;
    error = say('network');
    if (!state.start) { doors.message(say('start-failed'), say('network')); return; }
  } finally { clearTimeout(slow); }
  frame();
  if (!state.start.duty) { await doors.signIn(state.start, error); notice.draw(); return; }
  await takeUp();
  if (state.sold) drawDone(state.sold); else draw();
  await bought.anew();
  const at = fields.anew();
  unfoundAnew();
  if (!fields.resume(at)) next();
  queue.flush();
  notice.draw(); refunds.settleAll();
  renew();
}
// unpaired asks for the code that makes this browser a till's; nobody is on duty then.
function unpaired() {
  state.start = null;
  doors.pairing();
  frame();
  notice.draw();
}
// takeUp takes up the receipt that was being made, once, before anything can be scanned into another.
let takenUp = false;
async function takeUp() {
  if (takenUp) { sale.resume(); sayAnew(); return; }
  takenUp = true;
  await sale.restore();
  await pay.takeUp();
  sayAnew();
}
// renew keeps what the till goes by where it can't ask.
const renew = () => { if (state.start) { rules.renew(state.start.till.id).catch(() => {}); stock.renew().catch(() => {}); } };

// renewStart follows what is set for the till, and that nobody is on duty any more; who has come is another's to say.
async function renewStart() {
  const lasts = turn(), s = await ask('/start').catch(() => null), duty = state.start?.duty;
  if (!s || s.unpaired || !state.start || !lasts()) return;
  if (duty && !s.duty) { if (!sale.busy()) await leave(); return; }
  if (duty?.id !== s.duty?.id) return;
  state.start = s;
  await keep.set('start', s);
  frame();
  if (!s.duty && lasts()) doors.peopleAnew(s);
}
// frame fills the bar at the top.
function frame() {
  const s = state.start, duty = s?.duty;
  setZone(s?.zone);
  fill(page, { outlet: s?.outlet.name ?? '', till: s ? '· ' + s.till.name : '', who: duty?.name ?? '' });
  $('#who').hidden = !duty;
  for (const b of $$('[data-duty]')) b.hidden = !duty && b.dataset.do !== 'help' && b.dataset.do !== 'settings';
  tick();
}

async function network() {
  const list = await keep.queued(), waits = queue.waiting(list).length, odd = queue.odd(list).length, on = isOnline();
  document.body.classList.toggle('off', !on);
  fill(page, { 'to-tell': waits + odd ? String(waits + odd) : '', net: [say(on ? 'online' : 'offline'), waits ? say('queued', { count: waits }) : '', odd ? say('to-see', { count: odd }) : ''].filter(Boolean).join(' · ') });
  $('#net').classList.toggle('odd', odd > 0);
  $('#net').setAttribute('aria-label', $('[data-f=net]').textContent);
  $('#offbar').hidden = on;
  const short = on ? null : await stock.short();
  fill($('#offbar'), { off: say('offline-about') + (short ? ' ' + say('offline-goods', { count: quantity(short.count * 1000), most: quantity(short.most * 1000) }) : '') });
}

function nextGuest() {
  pay.endReceipt();
  draw();
  if (!ahead.begin(takeLine)) next();
}
// takeLine takes a line that was typed for this guest before his receipt was begun.
function takeLine({ field, text }) {
  if (field === '#scan') find(text); else if (field === '#code') sale.takeCode(text); else bought.item(text);
}
// begins takes a key over what was sold for the next guest's, once that was seen.
function begins(e) {
  if (!ahead.types(e)) return false;
  if (!state.sold.seen) { e.preventDefault(); ahead.over(e); return true; }
  nextGuest();
  bought.toItem();
  return true;
}

// lock asks that nobody be on duty. From then on the till takes nothing until it is known whether it is locked.
let locking = false;
async function lock() {
  if (locking || sale.busy()) { beep(false); return; } // what is sold is told to who has sold it
  for (const d of $$('dialog[open]')) d.close();
  if (!isOnline()) { open('no-lock'); return; } // nobody could open it again; what is typed for a PIN goes nowhere
  cover(true);
  over();
  try {
    await looked(); // it is on the receipt then
    await ask('/duty', { method: 'DELETE' });
    cover(false);
    await leave();
    $('#pin')?.focus(); // nobody was on duty any more before, under the cover
  } catch (e) {
    cover(false);
    if (e instanceof Refused) { await start(); return; }
    if (!(e instanceof Silent)) throw e;
    next();
    open('no-lock');
  }
}
// cover says that the till is being locked, and lets nothing be pressed or typed meanwhile.
function cover(is) {
  locking = page.inert = is;
  $('#locking').hidden = !is;
}
// leave is the till with nobody on duty: the PIN is asked for, whatever is under way. What comes of that is written down.
async function leave() {
  if (!state.start?.duty) return;
  over();
  sale.rest();
  fields.keep();
  for (const d of $$('dialog[open]')) d.close();
  state.start = { ...state.start, duty: undefined };
  frame();
  notice.draw();
  await doors.signIn(state.start);
  await keep.set('start', state.start);
  renewStart();
}

// ---- what was scanned
// readers are the dialogs that take what is scanned; over others it is kept in sight.
const readers = { waits: () => beep(false), prove: dialogs.proofScanned, register: cardScanned, receipts: code => receipts.typed(code, again), refund: receipts.goodScanned, cash: () => beep(false), mixed: () => beep(false) };
// scanWanted tells a code for the till from one for the field where it is typed: a pairing code, a PIN, a sum.
function scanWanted() {
  const d = dialogOpen(), field = document.activeElement?.matches?.('input,textarea');
  return !field || document.activeElement.id === 'pin' || (d ? d.id in readers : atDesk() || atDone()); // a card is no PIN
}
async function scanned(code, { began = Infinity, undo } = {}) {
  const d = dialogOpen();
  if (locking) { beep(false); return; }
  if (readers[d?.id]) { readers[d.id](code); return; }
  if (sale.busy() || d && atDone()) { ahead.shown(code); return; }
  if (d) { if (atDesk()) bought.miss(code, code); else beep(false); return; } // a question is not answered by it, and it is not lost
  ahead.unscan(began);
  if (atDone()) { nextGuest(); undo?.(); }
  if (!atDesk()) return;
  if (bought.priceAsked()) { bought.badItem(say('price-first', { name: bought.priceAsked().name })); return; }
  if (/(^|&)fn=/.test(code)) { receipts.receipts(code); return; }
  bought.found(code); // it is shown again
  const mine = shown(), earlier = bought.before();
  const is = look(code, async gone => {
    if (/^\d{8,14}$/.test(code)) {
      const list = await bought.goods(code).catch(() => null);
      if (gone()) return true;
      if (list?.[0]?.exact) return bought.pickAfter(earlier, list[0], gone);
      if (!bought.priceAsked()) put('#item-error');
    }
    return seek(code, mine, gone, { scanned: true });
  });
  bought.after(is); // what is typed then may be its price
  await is;
}

// ---- deeds of buttons and keys
// wanted is what was typed and found nobody; a number that may be a good's is no card unless somebody says so.
function wanted() {
  const q = $('#scan')?.value.trim() || state.asked || '';
  state.asked = null;
  return /^\d{13,}$/.test(q) ? '' : q;
}
const lineOf = e => Number(e.closest('[data-line]').dataset.line);
const deeds = {
  again: start, help: () => open('help'), queue: () => dialogs.showQueue(), shift: dialogs.shift, settings: dialogs.settings, lock,
  receipts: () => receipts.receipts(), register: e => { const typed = wanted(), q = e?.dataset?.code ?? typed; register(q, (made, here) => registered(made, q, here)); },
  'open-taken': e => find(taken(e.dataset.kind)), which: e => { bought.seen(e.closest('.perr')); find(e.dataset.code); },
  camera: () => dialogs.camera(scanned), forget: () => { sale.forget(); toNext('#scan'); }, activate, card: askCard, 'make-card': newCard,
  inc: e => sale.more(lineOf(e), 1), dec: e => sale.more(lineOf(e), -1), drop: e => sale.drop(lineOf(e)),
  quick: e => bought.atHand(quick.list.find(g => g.sku === e.dataset.sku)),
  most: () => { if (sale.busy()) beep(false); else if (state.member || looking()) sale.spend('most'); else noPoints(sale.whyNone()); }, none: () => sale.spend(0),
  pay: e => e.dataset.kind === 'cash' ? pay.inCash() : pay.pay(e.dataset.kind), mixed: pay.mixed, banknote: e => banknote(e.dataset.sum), exact,
  'send-code': dialogs.sendCode, 'as-secret': () => dialogs.proofSecret(), 'register-code': sendRegisterCode, 'go-on': pay.goOn,
  'drop-code': e => { sale.dropCode(Number(e.dataset.index)); next(); }, 'take-code': e => { if (sale.busy()) { beep(false); return; } sale.takeCode(e.dataset.code); next(); },
  refund: e => receipts.refund(e.dataset.id), claim: e => receipts.claim(e.dataset.id, again), 'claim-do': receipts.claimed, 'print-receipt': e => receipts.print(e.dataset.id), 'refund-whole': () => receipts.refundTyped(true),
  cancel: () => { close('cancel'); if (!sale.busy()) nextGuest(); },
  'ask-cancel': () => { if (!sale.busy()) open('cancel'); }, see: e => { bought.seen(e.closest('.perr')); draw(); next(); }, 'as-card': e => { bought.seen(e.closest('.perr')); asCard(e.dataset.code); },
  send: () => dialogs.queueAfter(queue.again, () => isOnline() ? '' : say('network')), seen: () => dialogs.queueAfter(queue.seen), 'put-notices': async () => { await notice.away(); next(); },
  next: nextGuest, print: () => state.sold && paper(sold(state.sold)),
};
document.addEventListener('click', e => {
  if (locking) return;
  const b = e.target.closest('[data-do]'), o = e.target.closest('[data-offer]'), k = e.target.closest('[data-key]');
  if (o) bought.takeOffer(Number(o.dataset.offer));
  if (k) typed(k.dataset.key);
  if (b && !b.disabled) deeds[b.dataset.do]?.(b);
});
// typed is a key of the keypad on the screen.
function typed(key) {
  const r = $('#spend'), v = state.spend === 'most' ? '' : r.value === '0' ? '' : r.value;
  r.value = key === 'back' ? r.value.slice(0, -1) : (v + key).slice(0, 12);
  spendTyped();
}
let spending;
function spendTyped() {
  if (sale.busy()) return;
  const n = $('#spend').value ? amount($('#spend').value) : 0;
  $('#spend').setAttribute('aria-invalid', String(Number.isNaN(n)));
  clearTimeout(spending);
  state.spend = n; state.quote = null; // not to be paid by what stood there before
  spending = setTimeout(() => sale.spend(n), 150);
}
document.addEventListener('input', e => {
  if (!e.target.value) ahead.forgive('#' + e.target.id);
  if (e.target.id === 'spend') spendTyped();
  if (e.target.id === 'item') bought.suggest(e.target.value);
  if (e.target.id === 'cash-got') given();
  if (e.target.closest('#mixed')) dialogs.mixedLeft(e.target.form);
  if (e.target.dataset.line) receipts.lookAgain();
});
document.addEventListener('change', e => { if (e.target.id === 'r-card') cardChosen(e.target.form); });

const forms = {
  scan: f => { const v = f.elements.code.value.trim(); if (v && !ahead.hold('#scan')) find(v); },
  item: itemTyped,
  code: f => { const v = f.elements.code.value.trim(); if (v && ahead.hold('#code')) return; if (v) { sale.takeCode(v); f.reset(); } next(); },
  pair: f => doors.pairTyped(f, start), signin,
  prove: f => dialogs.proofTyped(f.elements.code.value), mixed: dialogs.mixedTyped, cash: cashTyped, register: registerTyped, settings: dialogs.settingsTyped,
  receipt: f => { receipts.typed(f.elements.q.value.trim(), again); }, refund: () => receipts.refundTyped(false), // the last that is typed is found
};
// itemTyped takes what stands in the field of goods: the next may be typed before it is found.
function itemTyped() {
  const text = $('#item').value;
  if (ahead.hold('#item')) return;
  if (bought.offering()) { bought.takeOffer(); return; }
  $('#item').value = '';
  bought.item(text);
}
// signin is asked for once at a time, also where the form is drawn anew meanwhile.
let signingIn = false;
async function signin(f) {
  if (signingIn) return;
  signingIn = true;
  try { await doors.signInTyped(f, () => { over(); return start(); }); } finally { signingIn = false; }
}
const submitting = new Map(); // forms that wait for an answer, and whether they are still as they were then
document.addEventListener('submit', async e => {
  const f = e.target, do1 = forms[f.dataset.form];
  if (!do1) return;
  e.preventDefault();
  if (locking || submitting.get(f)?.()) return;
  const d = f.closest('dialog'), here = d ? within(d) : turn();
  submitting.set(f, here);
  try { await do1(f); } finally { if (submitting.get(f) === here) submitting.delete(f); }
});

function line(by) {
  if (!state.lines.length) return;
  state.current = Math.max(0, Math.min(state.lines.length - 1, state.current + by));
  draw();
}
// toMember goes to where members are asked for, with the phone that was typed as a good.
function toMember() {
  const phone = bought.asMember();
  toNext('#scan');
  if (phone) $('#scan').value = phone;
}
// toPoints goes to where points are typed, also where none can be spent: it says why, and what is typed then is no good.
function toPoints() {
  if (sale.busy()) { beep(false); return; }
  const why = sale.whyNone() || $('.bon.nothing .why')?.textContent;
  askPoints();
  if (why && !looking()) noPoints(why);
}
function noPoints(why) { put('#pay-error', wrong(why)); beep(false); }
// dropPoints gives up those that are being typed, or that can't be spent; false: there are none such.
function dropPoints(el) {
  const refused = state.look || Number.isNaN(state.spend) || state.spend > 0 && sale.whyNone();
  if (!refused && el?.id !== 'spend') return false;
  clearTimeout(spending);
  toNext('#item');
  sale.spend(0);
  return true;
}
const keys = {
  F2: e => { if (e.shiftKey) deeds.register(); else toMember(); }, F3: e => { if (e.shiftKey) askCode(); toNext(e.shiftKey ? '#code' : '#item'); }, F4: e => e.shiftKey ? deeds.shift() : deeds.receipts(),
  F6: e => e.shiftKey ? deeds.activate() : toPoints(), F7: e => e.shiftKey ? deeds.card() : deeds.most(),
  F8: e => e.shiftKey ? deeds.mixed() : pay.pay('card'), F9: e => e.shiftKey ? deeds.queue() : pay.inCash(), F10: () => pay.pay('sbp'), F12: deeds.print,
};
function pressed(e) {
  if (locking) { e.preventDefault(); return; }
  if (e.key === 'l' && e.ctrlKey || e.code === 'KeyL' && e.ctrlKey) { e.preventDefault(); if (state.start?.duty) lock(); return; }
  if (e.key === 'F1' && !dialogOpen()) { e.preventDefault(); if (e.shiftKey) deeds.settings(); else deeds.help(); return; }
  if (e.key === 'Escape' && receipts.asking()) { e.preventDefault(); return; } // what came of it is told first
  if (document.activeElement?.id === 'pin' && doors.moveCashier(e.key)) { e.preventDefault(); return; }
  if (e.key === 'Enter' && atDone() && !dialogOpen()) {
    const ends = !e.repeat && ahead.ends(e); // what was typed; else it was pressed for the payment, until that was seen
    if (ends || e.repeat || !state.sold.seen) e.preventDefault();
    if (ends && state.sold.seen) nextGuest();
    if (e.defaultPrevented) return;
  }
  if (e.key === 'Enter' && chosen(document.activeElement)) { e.preventDefault(); if (!e.repeat) document.activeElement.form.requestSubmit(); return; }
  if (e.key === 'F9' && dialogOpen()?.id === 'cash') { e.preventDefault(); if (!e.repeat) exact(); return; }
  const says = /^[\p{L}\p{N}+]$/u.test(e.key) && !(e.ctrlKey || e.altKey || e.metaKey);
  if (says && dialogOpen()?.id === 'choose') { dialogs.aside(); bought.toItem(); }
  if (says && dialogOpen()?.id === 'waits') close('waits');
  if (dialogOpen()?.id === 'prove' && dialogOpen().dataset.unseen) {
    if (says) { dialogs.unproven(); bought.toItem(); } else if (e.key === 'Enter') { e.preventDefault(); return; }
  }
  if (atDone() && !dialogOpen() && begins(e)) return;
  if (dialogOpen() || !(atDesk() || atDone()) || e.ctrlKey || e.altKey || e.metaKey) return;
  const el = document.activeElement, typing = el?.matches?.('input:not([type=checkbox]),textarea,select'), free = !typing || el.id === 'item' && !el.value;
  if (keys[e.key]) { e.preventDefault(); if (atDone() && ['F2', 'F3'].includes(e.key)) { if (!state.sold.seen) { ahead.goes(e); return; } nextGuest(); } if (!atDone() || ['F4', 'F12'].includes(e.key)) keys[e.key](e); return; }
  if (e.key === 'Escape') { e.preventDefault(); escape(el); return; }
  if (atDone()) { if (e.key === 'Enter' && !el?.matches?.('button')) { e.preventDefault(); nextGuest(); } return; }
  if (el?.id === 'spend' && e.key === 'Enter') { e.preventDefault(); toNext('#item'); draw(); return; }
  if (el?.id === 'item' && bought.offering() && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) { e.preventDefault(); bought.moveOffer(e.key === 'ArrowDown' ? 1 : -1); return; }
  if (el?.id === 'scan' && !el.value && state.member && (e.key === 'Delete' || e.key === 'Backspace')) { e.preventDefault(); sale.forget(); return; }
  if (!free) return;
  const do1 = { ArrowDown: () => line(1), ArrowUp: () => line(-1), '+': () => sale.more(state.current, 1), ...state.lines.length && { '-': () => sale.more(state.current, -1) }, Delete: () => state.lines[state.current] && sale.drop(state.current), '?': deeds.help }[e.key];
  if (do1 && !(e.key === '?' && typing)) { e.preventDefault(); do1(); return; }
  if (!typing && says && el?.form?.dataset.form === 'item' && $('#item').value) { e.preventDefault(); beep(false); return; } // it was left by Tab, and not ended
  if (!typing && says) $('#item').focus(); // what is typed into nothing is a good or a sum
}
// chosen says that a choice of a form is made, its list shut: Enter ends the form there as in its other fields, which not every browser does.
const chosen = el => el?.matches?.('dialog[open] select') && !(CSS.supports('selector(:open)') && el.matches(':open'));
function escape(el) {
  if (sale.busy()) { beep(false); return; } // what is being paid is not cancelled
  if (bought.drop() && !state.left?.()) { draw(); return; } // where it was told that Esc takes what is typed, it does, and what is offered for it
  if (dropPoints(el)) return;
  if (el?.matches?.('#scan,#item,#code') && el.value) { el.value = ''; ahead.forgive('#' + el.id); put('#scan-error'); put('#item-error'); draw(); if (!el.isConnected) next(); return; }
  if (atDone()) { nextGuest(); return; }
  if ($('#scan-error').childElementCount) { put('#scan-error'); next(); return; }
  if (state.lines.length) { open('cancel'); return; }
  toNext('#scan');
  sale.leave();
}

// What is looked up as the page goes is seen to by whoever reads it anew.
addEventListener('pagehide', () => { fields.keep(); sessionStorage.setItem('kopilka-unfound', JSON.stringify([...unfound(), ...dialogs.choosing()])); });
function unfoundAnew() {
  for (const what of JSON.parse(sessionStorage.getItem('kopilka-unfound') ?? '[]')) bought.miss(what, what);
  sessionStorage.removeItem('kopilka-unfound');
  if (!state.sold && !sale.busy()) ahead.aside();
}

// keepPage keeps the page in the browser, as it is read here.
async function keepPage() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.base });
  await navigator.serviceWorker.ready;
  const name = (await caches.keys()).find(n => n.startsWith('till-')), answer = await fetch(page.dataset.base + '/', { cache: 'no-store' });
  if (name && answer.ok) await (await caches.open(name)).put(page.dataset.base + '/', answer);
}

// ---- begin
async function begin() {
  await keep.open();
  await pay.hold();
  await loadScanner();
  await bought.loadQuick();
  sale.onChange(() => {
    if (state.sold || !state.start?.duty) return;
    draw();
    follow(state.quote?.due); dialogs.mixedFollow(state.quote?.due);
  });
  queue.onQueue((item, answer) => { network(); pay.toldLater(item, answer); });
  pay.onPaid(start, network);
  receipts.onRefunded(back => { pay.back(back); again(); });
  onNobody(leave);
  onNetwork(async is => {
    await network();
    if (is) { renew(); renewStart(); await queue.flush(); if (!state.start?.duty) return; refunds.settleAll(); if (state.lines.length && !state.sold) sale.quote(); } else if (state.lines.length && !state.sold) sale.quote();
  });
  listen(scanWanted, scanned, pressed);
  await start();
  await network();
  watch();
  setInterval(() => { queue.flush(); if (state.start?.duty) refunds.settleAll(); }, 30000);
  setInterval(() => { if (isOnline()) { renew(); renewStart(); } }, 300000);
  setInterval(tick, 15000);
  keepPage().catch(() => {});
}
// One page of a till at a time: two would number receipts side by side.
if (navigator.locks) {
  navigator.locks.request('kopilka-till', { ifAvailable: true }, async lock => {
    if (!lock) { frame(); doors.message(say('two-tabs-title'), say('two-tabs')); $('#net').hidden = true; $('[data-do=again]').focus(); $('[data-do=again]').onclick = () => location.reload(); return; }
    await begin();
    await new Promise(() => {});
  });
} else begin();
setOnline(navigator.onLine);
