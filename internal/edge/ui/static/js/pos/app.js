// The cashier workplace: what happens when.
import { $, $$, button, close, dialogOpen, fill, open, put, wrong } from './render.js';
import { ask, isOnline, onNetwork, Refused, setOnline, Silent, watch } from './net.js';
import * as keep from './keep.js';
import * as sale from './sale.js';
import * as queue from './queue.js';
import * as rules from './rules.js';
import * as stock from './goods.js';
import { state } from './sale.js';
import { amount, money, pieces, points, say } from './words.js';
import { draw, drawDone, quick, tick } from './desk.js';
import { beep, listen, loadScanner, toNext } from './keys.js';
import * as dialogs from './dialogs.js';
import * as receipts from './receipts.js';
import { cardChosen, cardScanned, register, registerTyped, sendRegisterCode } from './register.js';
import * as doors from './doors.js';
import { print } from './paper.js';

const page = $('#pos');
const atDesk = () => !!$('#screen .pwrap');

// ---- the beginning
async function start() {
  try {
    const s = await ask('/start');
    if (s.unpaired) { state.start = null; doors.pairing(); frame(); return; }
    state.start = s;
    await keep.set('start', s);
  } catch (e) {
    if (e instanceof Refused && e.code === 'cashier.not-paired') { state.start = null; doors.pairing(); frame(); return; }
    if (e instanceof Refused) { doors.message(say('start-failed'), e.message); return; }
    if (!(e instanceof Silent)) throw e;
    state.start = await keep.get('start');
    if (!state.start) { doors.message(say('start-failed'), say('network')); return; }
  }
  frame();
  if (!state.start.duty) { doors.signIn(state.start); return; }
  await takeUp();
  draw();
  next();
  queue.flush();
  renew();
}
// takeUp takes up the receipt that was being made, once, before anything can be scanned into another.
let takenUp = false;
async function takeUp() {
  if (takenUp) return;
  takenUp = true;
  await sale.restore();
}
// renew keeps what the till goes by where it can't ask.
const renew = () => { if (state.start) { rules.renew(state.start.till.id).catch(() => {}); stock.renew().catch(() => {}); } };

// frame fills the bar at the top.
function frame() {
  const s = state.start, duty = s?.duty;
  fill(page, { outlet: s?.outlet.name ?? '', till: s ? '· ' + s.till.name : '', who: duty?.name ?? '' });
  $('#who').hidden = !duty;
  for (const b of $$('[data-duty]')) b.hidden = !duty && b.dataset.do !== 'help' && b.dataset.do !== 'settings';
  tick();
}

async function network() {
  const list = await keep.queued(), waits = queue.waiting(list).length, odd = queue.odd(list).length, on = isOnline();
  document.body.classList.toggle('off', !on);
  fill(page, { net: [say(on ? 'online' : 'offline'), waits + odd ? say('queued', { count: waits + odd }) : ''].filter(Boolean).join(' · ') });
  $('#net').classList.toggle('odd', odd > 0);
  $('#net').setAttribute('aria-label', $('[data-f=net]').textContent);
  $('#offbar').hidden = on;
  fill($('#offbar'), { off: say('offline-about') });
}

// next puts the cursor where the next deed is.
const next = () => toNext(state.sold ? '.pdone [data-focus]' : state.member || state.lines.length ? '#item' : '#scan');

// ---- who buys
const known = code => code.replace(/\s/g, '').toLowerCase();
async function find(code) {
  put('#scan-error');
  try {
    if (!isOnline()) throw new Silent('no network');
    const { found } = await ask('/find', { body: { q: code } });
    if (!found.length) { notFound(code); return; }
    if (found.length === 1) serve(found[0], code);
    else dialogs.choose(found, m => serve(m, code));
  } catch (e) {
    if (e instanceof Silent) await fromMemory(code);
    else if (e instanceof Refused) refused(e);
    else throw e;
  }
}
function serve(m, code) {
  if (m.kind !== 'qr') keep.remember(known(code), m);
  served(m, code);
}
function served(m, code) {
  state.qr = m.kind === 'qr' ? code : null;
  sale.serve(m, m.kind === 'card' ? { card: code } : { member: m.id });
  $('#scan').value = '';
  beep(m.serves);
  next();
}
// fromMemory takes a member who was here before by what was learned of him then; a card that never was is believed: the
// receipt is told with its number.
async function fromMemory(code) {
  if (/^L1\./i.test(code)) { refused(new Silent()); return; }
  const seen = await keep.recall(known(code));
  if (seen) { served(await latest(seen), code); return; } // it is as old as it was
  const phone = /^\+?[78][\d()\s-]{9,}$/.test(code);
  served({
    id: '', kind: phone ? 'phone' : 'card', name: code, initials: '?', serves: true, active: 0, spendable: 0, pending: 0, debt: 0, notes: [], codes: [],
  }, code);
  state.buyer = phone ? { phone: code } : { card: code };
  sale.changed();
}
// latest is a member as he was left by what was sold to him since he was found by a code.
async function latest(seen) {
  const later = await keep.recall('after:' + seen.found.id);
  return later && later.at > seen.at ? { ...seen.found, ...later.found } : seen.found;
}
function notFound(code) {
  const b = button(say('register'), 'register', { primary: true });
  put('#scan-error', wrong(say('not-found', { code }), b));
  state.asked = code;
  beep(false);
  b.focus();
}
function refused(e) { put('#scan-error', wrong(e instanceof Refused ? e.message : say('network'))); beep(false); }
function issued(c) {
  put('#scan-error', wrong(say('card-issued', { number: c.number }) + (c.secret ? ' ' + say('secret-is', { secret: c.secret }) : '')));
}

async function again() { // the member anew, as he is after something was done to him
  const m = state.member, buyer = state.buyer;
  if (!m?.id) return;
  const code = buyer.card ?? null;
  try {
    const { found } = await ask('/find', { body: { q: code ?? m.number } });
    const is = found.find(f => f.id === m.id);
    if (is) sale.serve(is, buyer);
  } catch { /* he stays as he was */ }
}

// ---- what is bought
let asked; // a product whose price is typed next
async function item(text) {
  text = text.trim();
  put('#item-error'); offers([]);
  if (!text) return;
  const [, times, rest] = /^(\d+(?:[.,]\d{1,3})?)\s*[*xх×]\s*(.+)$/i.exec(text) ?? [null, null, text];
  const quantity = times ? pieces(times) : 1000, sum = amount(rest);
  if (asked) {
    if (Number.isNaN(sum) || !sum) { badItem(say('bad-amount')); return; }
    take({ ...asked, price: sum }, asked.quantity ?? quantity);
    return;
  }
  if (!Number.isNaN(sum) && rest.replace(/\D/g, '').length < 8) {
    if (!sum) { badItem(say('bad-amount')); return; }
    take({ sku: 'sum', name: say('sum-line'), price: sum }, quantity);
    return;
  }
  const list = await goods(rest.replace(/^#/, ''));
  if (!list) return;
  if (!list.length) { badItem(say('no-goods', { text: rest })); return; }
  if (list.length === 1 || list[0].exact) pick(list[0], quantity); else offers(list, quantity);
}
async function goods(q) {
  try {
    const list = await stock.find(q);
    if (!list) badItem(say('network'));
    return list;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    badItem(e.message);
  }
}
function badItem(text) { put('#item-error', wrong(text)); beep(false); $('#item').select(); }
function pick(g, quantity) {
  offers([]);
  if (g.price) { take(g, quantity); return; }
  asked = { ...g, quantity };
  $('#item').value = '';
  $('#item').placeholder = say('price-of', { name: g.name });
  $('#item').focus();
}
function take(g, quantity) {
  asked = null;
  $('#item').value = '';
  $('#item').placeholder = $('#item-label').textContent;
  sale.add({ sku: g.sku, name: g.name, price: g.price, product: g.product }, quantity);
  beep(true);
  $('#item').focus();
}
let offered = [], at = 0, offeredQuantity;
function offers(list, quantity = 1000) {
  offered = list; at = 0; offeredQuantity = quantity;
  const box = $('#offers'), input = $('#item');
  if (!box) return;
  box.hidden = !list.length;
  input.setAttribute('aria-expanded', String(list.length > 0));
  put(box, ...list.map((g, i) => {
    const o = $('#t-offer').content.firstElementChild.cloneNode(true);
    fill(o, { name: g.name, price: g.price ? money(g.price) : '' });
    o.id = 'offer-' + i; o.dataset.offer = i;
    o.setAttribute('aria-selected', String(i === at));
    return o;
  }));
  if (list.length) input.setAttribute('aria-activedescendant', 'offer-0'); else input.removeAttribute('aria-activedescendant');
}
function moveOffer(by) {
  at = Math.max(0, Math.min(offered.length - 1, at + by));
  $$('[data-offer]').forEach((o, i) => o.setAttribute('aria-selected', String(i === at)));
  $('#item').setAttribute('aria-activedescendant', 'offer-' + at);
  $('#offer-' + at)?.scrollIntoView({ block: 'nearest' });
}
// The till's own most sold goods are at hand, also with no network.
async function loadQuick() {
  const all = Object.values(await keep.get('quick') ?? {});
  quick.all = all;
  quick.list = all.sort((a, b) => b.n - a.n).slice(0, 8);
}
async function count(lines) {
  const sold = await keep.get('quick') ?? {};
  for (const l of lines) if (l.sku !== 'sum') sold[l.sku] = { sku: l.sku, name: l.name, price: l.price, product: l.product, n: (sold[l.sku]?.n ?? 0) + 1 };
  const best = Object.values(sold).sort((a, b) => b.n - a.n).slice(0, 200);
  await keep.set('quick', Object.fromEntries(best.map(g => [g.sku, g])));
  await loadQuick();
}

// ---- paying
async function pay(kind, payments, proof) {
  if (state.busy || !state.lines.length || state.member && !state.member.serves) return;
  state.busy = true;
  try {
    while (state.quoting || !state.quote) { // another change may ask anew meanwhile: what it comes to then is waited for
      await sale.quote();
      if (!state.quoting) break;
    }
    const q = state.quote;
    if (!q) { beep(false); return; }
    const above = q.proof_above;
    if (!q.alone && above !== undefined && q.spent > above && !proof) {
      if (state.qr) proof = { qr: state.qr };
      else { dialogs.prove(q, p => pay(kind, payments, p)); return; }
    }
    const money = payments ?? (q.due ? [{ kind, amount: q.due }] : []), at = new Date().toISOString();
    const item = await keep.enqueue(number => {
      const record = { ...sale.facts(q, money, at), number: String(number) };
      if (q.alone) return { state: 'waits', alone: true, at, due: q.due, record };
      const commit = { ...sale.body(), quote: q.id, payments: money, number: String(number) };
      if (proof?.qr) commit.buyer = { qr: proof.qr };
      if (proof?.proof) commit.proof = proof.proof;
      return { state: 'waits', at, due: q.due, record, commit };
    });
    await finish(item, q, payments ? 'mixed' : kind, q.alone ? null : await answerOf(item));
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    await notSold(e, kind, payments);
  } finally {
    state.busy = false;
    if (!state.sold) draw();
  }
}
// answerOf waits for the program; null: the cashier goes on without its answer, which the queue gets later.
async function answerOf(item) {
  let goOn, gone = false;
  const without = new Promise(done => { goOn = () => { gone = true; done(null); }; });
  const wait = setTimeout(() => { open('waits'); waits = goOn; }, 1200);
  const answer = queue.commit(item).catch(async e => {
    if (gone) { queue.flush(); return null; } // it was paid by then: what is refused is told as a fact
    if (e instanceof Refused) { await keep.dequeue(item.seq); throw e; }
    return null;
  });
  try { return await Promise.race([answer, without]); } finally {
    clearTimeout(wait);
    if ($('#waits').open) close('waits');
  }
}
let waits = () => {};
async function notSold(e, kind, payments) {
  if (e.code === 'cashier.nobody-on-duty' || e.status === 401) { await start(); return; }
  if (e.code === 'points.proof-needed') { dialogs.prove(state.quote, p => pay(kind, payments, p)); return; }
  if (e.code.startsWith('card.qr')) state.qr = null;
  await sale.quote();
  state.trouble = e.code.startsWith('quote.') ? say('changed') : e.message;
  beep(false);
}
async function finish(item, q, kind, answer) {
  const s = { answer, quote: q, kind, number: item.seq, member: state.member, at: item.at, lines: state.lines }, left = sale.after(q, answer);
  if (left) await keep.remember('after:' + left.id, { active: left.active, spendable: left.spendable, seen: left.seen });
  sale.clear();
  state.qr = null; state.sold = s;
  drawDone(s);
  beep(true);
  count(s.lines);
  network();
}
function nextGuest() {
  sale.clear();
  draw();
  next();
}

// ---- the member's own matters
async function activate() {
  try {
    await ask('/api/members/' + state.member.id + '/activate', { method: 'POST' });
    await again();
    beep(true);
  } catch (e) { refused(e); }
  next();
}
async function newCard() {
  const type = state.start.cards?.find(c => c.virtual) ?? state.start.cards?.[0];
  if (!type) { put('#scan-error', wrong(say('none-card'))); return; }
  try {
    const c = await ask('/api/members/' + state.member.id + '/cards', { body: { type: type.id } });
    issued(c);
    beep(true);
  } catch (e) { refused(e); }
}
async function registered(made) {
  await find(made.card?.number ?? made.number);
  if (made.card) issued(made.card);
}

async function lock() {
  for (const d of $$('dialog[open]')) d.close();
  try { await ask('/duty', { method: 'DELETE' }); } catch (e) { if (!(e instanceof Refused || e instanceof Silent)) throw e; }
  if (!isOnline()) { refused(new Silent()); return; }
  await start();
}

// ---- what was scanned
// readers are the dialogs that take what is scanned; others don't.
const readers = { prove: dialogs.proofTyped, register: cardScanned, receipts: receipts.receipts };
// scanWanted tells a code for the till from one for the field where it is typed: a pairing code, a PIN, a sum.
function scanWanted() {
  const d = dialogOpen(), field = document.activeElement?.matches?.('input,textarea');
  return !field || (d ? d.id in readers : atDesk() || !!state.sold);
}
async function scanned(code) {
  const d = dialogOpen();
  if (d) { readers[d.id]?.(code); return; }
  if (state.sold) nextGuest();
  if (!atDesk()) return;
  if (/(^|&)fn=/.test(code)) { receipts.receipts(code); return; }
  if (/^\d{8,14}$/.test(code)) {
    const list = await goods(code).catch(() => null);
    if (list?.[0]?.exact) { pick(list[0], 1000); return; }
    put('#item-error');
  }
  await find(code);
}

// ---- deeds of buttons and keys
const lineOf = e => Number(e.closest('[data-line]').dataset.line);
const deeds = {
  again: start, help: () => open('help'), queue: dialogs.showQueue, shift: dialogs.shift, settings: dialogs.settings, lock,
  receipts: () => receipts.receipts(), register: () => { const q = state.asked ?? $('#scan')?.value ?? ''; state.asked = null; register(q, registered); },
  camera: () => dialogs.camera(scanned), forget: () => { sale.forget(); toNext('#scan'); }, activate, card: newCard,
  inc: e => sale.more(lineOf(e), 1), dec: e => sale.more(lineOf(e), -1), drop: e => sale.drop(lineOf(e)),
  quick: e => pick(quick.list.find(g => g.sku === e.dataset.sku), 1000),
  most: () => sale.spend('most'), none: () => sale.spend(0),
  pay: e => pay(e.dataset.kind), mixed: () => state.quote && dialogs.mixed(state.quote.due, p => pay('mixed', p)),
  'send-code': dialogs.sendCode, 'register-code': sendRegisterCode, 'go-on': () => waits(),
  'drop-code': e => { state.codes.splice(Number(e.dataset.index), 1); sale.changed(); }, 'take-code': e => { state.codes.push(e.dataset.code); sale.changed(); },
  refund: e => receipts.refund(e.dataset.id), claim: e => receipts.claim(e.dataset.id), 'refund-whole': () => receipts.refundTyped(true),
  cancel: () => { close('cancel'); sale.clear(); draw(); next(); },
  send: async () => { await queue.again(); dialogs.showQueue(); }, seen: async () => { await queue.seen(); dialogs.showQueue(); },
  next: nextGuest, print,
};
document.addEventListener('click', e => {
  const b = e.target.closest('[data-do]'), o = e.target.closest('[data-offer]'), k = e.target.closest('[data-key]');
  if (o) pick(offered[o.dataset.offer], offeredQuantity);
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
  const n = $('#spend').value ? amount($('#spend').value) : 0;
  $('#spend').setAttribute('aria-invalid', String(Number.isNaN(n)));
  clearTimeout(spending);
  if (!Number.isNaN(n)) { state.spend = n; spending = setTimeout(() => sale.spend(n), 150); }
}
document.addEventListener('input', e => {
  if (e.target.id === 'spend') spendTyped();
  if (e.target.id === 'item') suggest(e.target.value);
  if (e.target.dataset.line) receipts.lookAgain();
});
let suggesting;
function suggest(text) {
  clearTimeout(suggesting);
  put('#item-error');
  if (asked || !/[a-zа-яё]/i.test(text) || text.trim().length < 2) { offers([]); return; }
  suggesting = setTimeout(async () => {
    const list = await goods(text.trim());
    if (list && $('#item').value === text) offers(list);
  }, 150);
}
document.addEventListener('change', e => { if (e.target.id === 'r-card') cardChosen(e.target.form); });

const forms = {
  scan: f => { const v = f.elements.code.value.trim(); if (v) find(v); },
  item: f => offered.length ? pick(offered[at], offeredQuantity) : item($('#item').value),
  code: f => { const v = f.elements.code.value.trim(); if (v && !state.codes.includes(v)) { state.codes.push(v); f.reset(); sale.changed(); } next(); },
  pair: f => doors.pairTyped(f, start), signin: f => doors.signInTyped(f, start),
  prove: f => dialogs.proofTyped(f.elements.code.value), mixed: dialogs.mixedTyped, register: registerTyped, settings: dialogs.settingsTyped,
  receipt: f => receipts.receipts(f.elements.q.value.trim()), refund: () => receipts.refundTyped(false),
};
let submitting = false;
document.addEventListener('submit', async e => {
  const f = e.target, do1 = forms[f.dataset.form];
  if (!do1) return;
  e.preventDefault();
  if (submitting) return;
  submitting = true;
  try { await do1(f); } finally { submitting = false; }
});

function line(by) {
  if (!state.lines.length) return;
  state.current = Math.max(0, Math.min(state.lines.length - 1, state.current + by));
  draw();
}
const keys = {
  F2: e => e.shiftKey ? deeds.register() : toNext('#scan'), F3: e => toNext(e.shiftKey ? '#code' : '#item'), F4: deeds.receipts, F6: () => toNext('#spend'), F7: deeds.most,
  F8: e => e.shiftKey ? deeds.mixed() : pay('card'), F9: () => pay('cash'), F10: () => pay('sbp'), F1: deeds.help, F12: print,
};
function pressed(e) {
  if (e.key === 'l' && e.ctrlKey || e.code === 'KeyL' && e.ctrlKey) { e.preventDefault(); if (state.start?.duty) lock(); return; }
  if (dialogOpen() || !(atDesk() || state.sold) || e.ctrlKey || e.altKey || e.metaKey) return;
  const el = document.activeElement, typing = el?.matches?.('input:not([type=checkbox]),textarea,select'), free = !typing || el.id === 'item' && !el.value;
  if (keys[e.key]) { e.preventDefault(); if (!state.sold || ['F1', 'F4', 'F12'].includes(e.key)) keys[e.key](e); return; }
  if (e.key === 'Escape') { e.preventDefault(); escape(el); return; }
  if (state.sold) { if (e.key === 'Enter' && !el?.matches?.('button')) { e.preventDefault(); nextGuest(); } return; }
  if (el?.id === 'item' && offered.length && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) { e.preventDefault(); moveOffer(e.key === 'ArrowDown' ? 1 : -1); return; }
  if (!free) return;
  const do1 = { ArrowDown: () => line(1), ArrowUp: () => line(-1), '+': () => sale.more(state.current, 1), '-': () => sale.more(state.current, -1), Delete: () => state.lines[state.current] && sale.drop(state.current), '?': deeds.help }[e.key];
  if (do1 && !(e.key === '?' && typing)) { e.preventDefault(); do1(); }
}
function escape(el) {
  if (offered.length) { offers([]); return; }
  if (asked) { asked = null; $('#item').placeholder = $('#item-label').textContent; return; }
  if (el?.matches?.('#scan,#item,#code') && el.value) { el.value = ''; put('#scan-error'); put('#item-error'); return; }
  if (state.sold) { nextGuest(); return; }
  if (state.lines.length) { open('cancel'); return; }
  if (state.member) { sale.forget(); toNext('#scan'); return; }
  put('#scan-error'); toNext('#scan');
}

// keepPage keeps the page in the browser, as it is read here.
async function keepPage() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.base + '/' });
  await navigator.serviceWorker.ready;
  const name = (await caches.keys()).find(n => n.startsWith('till-')), answer = await fetch(page.dataset.base + '/', { cache: 'no-store' });
  if (name && answer.ok) await (await caches.open(name)).put(page.dataset.base + '/', answer);
}

// ---- begin
async function begin() {
  await keep.open();
  await loadScanner();
  await loadQuick();
  sale.onChange(() => { if (!state.sold && state.start?.duty) draw(); });
  queue.onQueue(network);
  onNetwork(async is => {
    await network();
    if (is) { renew(); await queue.flush(); if (state.start?.duty && state.lines.length && !state.sold) sale.quote(); } else if (state.lines.length && !state.sold) sale.quote();
  });
  listen(scanWanted, scanned, pressed);
  await start();
  await network();
  watch();
  setInterval(() => { queue.flush(); }, 30000);
  setInterval(() => { if (isOnline()) renew(); }, 300000);
  setInterval(tick, 15000);
  keepPage().catch(() => {});
}
// One page of a till at a time: two would number receipts side by side.
if (navigator.locks) {
  navigator.locks.request('kopilka-till', { ifAvailable: true }, async lock => {
    if (!lock) { doors.message(say('two-tabs-title'), say('two-tabs')); $('[data-do=again]').onclick = () => location.reload(); return; }
    await begin();
    await new Promise(() => {});
  });
} else begin();
setOnline(navigator.onLine);
