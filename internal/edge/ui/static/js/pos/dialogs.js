// What is asked above the desk: a proof of whose points they are, several kinds of money, which of several members.
import { $, $$, button, close, fill, open, openUnseen, put, rows, wrong } from './render.js';
import { ask, Refused } from './net.js';
import * as queue from './queue.js';
import * as keep from './keep.js';
import { amount, clock, money, points, say, way } from './words.js';
import { state, turn as receipt } from './sale.js';
import { beep, saveScanner, scanner } from './keys.js';
import { newest, within } from './turn.js';

/** problem shows what went wrong in a dialog and leaves what was typed. */
export function problem(dialog, e) {
  fill(dialog, { error: e instanceof Refused ? e.message : say('network') });
  beep(false);
}

// ---- proof: a one-time QR that is scanned, a code that is sent, the secret code of the card that was shown
let proven, late; // what takes a proof, and one that came as nobody waited for it any more
/** prove asks for a proof that so many points may be spent; then(proof) is called with it. */
export function prove(q, then) {
  const had = late;
  late = null;
  if (then && had && asksNow(had)) { setTimeout(() => then(had.proof)); return; } // once this payment has ended
  proven = then; confirmed = null;
  const d = openUnseen('prove'), form = $('form', d);
  form.reset();
  const code = then && isOut();
  $('[data-do=as-secret]', d).hidden = !code || !bySecret();
  $('[data-do=camera]', d).hidden = !then; // what is sent is read by nobody's camera
  $('h2', d).textContent = say('prove-title');
  fill(d, { about: say('prove-about', { points: points(q.spent) }) + ' ' + say(bySecret() ? 'prove-secret' : 'prove-qr'), sent: code ? say('sent-to', { to: code.to }) : '', error: '' });
  $('#prove-code').focus();
}
const out = new Map(); // the codes that members were sent and may still read out, however often they are asked; taken: for that receipt
const isOut = () => {
  const code = out.get(state.member?.id);
  return code && Date.now() < code.until && (code.taken ?? receipt()) === receipt() ? code : null;
};
const bySecret = () => state.buyer?.card && state.member?.secret; // the card that was shown has one
const asksNow = of => of.receipt === receipt() && of.member === state.member?.id;
const whose = () => ({ purpose: 'spend', member: state.member.id });
let confirmed; // what is done once the member's phone or e-mail is proven; null: a spending is
/** unproven puts the question away that nobody has seen yet, for what is being typed elsewhere. */
export function unproven() {
  close('prove');
  put('#pay-error', wrong(say('prove-again')));
  beep(false);
}
/** confirm proves by a code that a phone or an e-mail is the member's. */
export function confirm(member, then) {
  prove({ spent: 0 }, null);
  confirmed = { member: member.id, then };
  fill($('#prove'), { about: say('confirm-about') });
  $('#prove h2').textContent = say('confirm-title');
  sendCode();
}
// sendToSpend notes that a code is out for as long as it lives at least, by no clock of the till's.
async function sendToSpend() {
  const of = whose(), sent = await ask('/api/codes', { body: of });
  out.set(of.member, { to: sent.to, until: Date.now() + Date.parse(sent.expires_at) - Date.parse(sent.repeat_at) });
  return sent;
}
export async function sendCode() {
  const d = $('#prove'), here = within(d);
  try {
    const sent = confirmed ? await ask('/confirm', { body: { member: confirmed.member } }) : await sendToSpend();
    if (!here()) return;
    $('[data-do=as-secret]', d).hidden = !!confirmed || !bySecret();
    fill(d, { sent: say('sent-to', { to: sent.to }), error: '' });
    $('#prove-code').value = '';
    $('#prove-code').focus();
  } catch (e) { if (here()) codeAgain(d, e); }
}
// codeAgain has another code typed over one that was wrong.
function codeAgain(d, e) {
  problem(d, e);
  $('#prove-code').focus(); $('#prove-code').select();
}
/** proofScanned takes a QR; a card that is shown is no code, and uses up no try. */
export function proofScanned(code) {
  if (/^L1\./i.test(code)) return proofTyped(code);
  fill($('#prove'), { error: say(bySecret() ? 'prove-secret' : 'prove-qr') });
  beep(false);
}
/** proofTyped takes a QR, a code that was sent or the secret of the card, whichever it is: while a code is out a wrong one is
 * no try of the secret, but the cashier may say that it is one. */
export async function proofTyped(text) {
  const d = $('#prove'), here = within(d), code = text.trim();
  if (!code) return;
  if (confirmed) { await confirmTyped(d, code); return; }
  if (/^L1\./i.test(code)) { close('prove'); proven({ qr: code }); return; }
  if (!/^\d{4,8}$/.test(code)) { // no code looks so
    if (bySecret()) proofSecret(code); else codeAgain(d, new Refused(422, { detail: say('prove-digits') }));
    return;
  }
  const of = { receipt: receipt(), member: state.member.id };
  try {
    const checked = await ask('/api/codes/check', { body: { ...whose(), code } }), proof = { proof: { code: checked.proof } };
    if (isOut()) isOut().taken = of.receipt;
    if (!here() && !(d.open && proven && asksNow(of))) { late = { ...of, proof }; return; } // asked anew by then it is taken all the same
    close('prove');
    proven(proof);
  } catch (e) { notProven(d, e, code, here); }
}
// notProven tells why a code proves nothing; where none was sent of late what was typed is the secret of the card.
function notProven(d, e, code, here) {
  const over = ['member.code-expired', 'member.code-tries', 'member.code-none'].includes(e.code), known = isOut();
  if (over) out.delete(state.member?.id);
  if (!here()) return;
  if (bySecret() && !known && ['member.code-none', 'api.no-phone'].includes(e.code)) { proofSecret(code); return; }
  codeAgain(d, e);
  if (over) fill(d, { sent: '' });
  if (e.code === 'member.code-none') fill(d, { error: say('prove-unsent') });
  $('[data-do=as-secret]', d).hidden = !bySecret();
}
/** proofSecret takes what was typed for the secret code of the card. */
export function proofSecret(code = $('#prove-code').value.trim()) {
  if (!code) { $('#prove-code').focus(); beep(false); return; }
  close('prove');
  proven({ proof: { secret: code } });
}

async function confirmTyped(d, code) {
  const here = within(d);
  try {
    await ask('/confirm', { body: { member: confirmed.member, code } });
    if (!here()) return;
    close('prove');
    beep(true);
    confirmed.then();
  } catch (e) { if (here()) codeAgain(d, e); }
}

/** untold says in a dialog why it can't be told what is to be paid. It stays until it is closed: what is typed meanwhile would be
 * taken elsewhere. */
export function untold(d) {
  fill(d, { about: '', error: $('#pay-error').textContent.trim() || say('not-payable') });
  beep(false);
}

// ---- several kinds of money
let paid;
/** mixed asks how what is to be paid is divided; of is that sum, when it comes. */
export async function mixed(of, then) {
  paid = then;
  const d = open('mixed');
  $('form', d).reset();
  delete d.dataset.due;
  fill(d, { about: say('counting'), error: '' });
  $('#mixed-card').focus();
  const due = await of;
  if (paid !== then || !d.open) return;
  if (due === undefined) { untold(d); return; }
  d.dataset.due = due;
  mixedLeft($('form', d));
}
/** mixedFollow tells that the receipt comes to another sum while the dialog is open. */
export function mixedFollow(sum) {
  const d = $('#mixed');
  if (!d.open || !d.dataset.due || sum === undefined || sum === Number(d.dataset.due)) return;
  d.dataset.due = sum;
  mixedLeft($('form', d));
  fill(d, { error: say('due-changed', { sum: money(sum) }) });
  beep(false);
}
/** mixedLeft tells what is still to be divided, as it is typed. */
export function mixedLeft(form) {
  const d = $('#mixed'), sums = ['card', 'cash', 'sbp'].map(k => form.elements[k].value.trim()).filter(Boolean).map(amount);
  if (!d.dataset.due) return;
  const left = Number(d.dataset.due) - sums.reduce((a, b) => a + b, 0);
  fill(d, { about: Number.isNaN(left) ? say('mixed-sum', { sum: money(Number(d.dataset.due)) }) : leftWords(left), error: Number.isNaN(left) ? say('bad-amount') : '' });
}
const leftWords = left => say(left < 0 ? 'mixed-over' : left ? 'mixed-left' : 'mixed-all', { sum: money(Math.abs(left)) });
export function mixedTyped(form) {
  const d = $('#mixed'), due = Number(d.dataset.due), payments = [];
  if (!d.dataset.due) { beep(false); return; }
  for (const kind of ['card', 'cash', 'sbp']) {
    const text = form.elements[kind].value.trim();
    if (!text) continue;
    const sum = amount(text);
    if (Number.isNaN(sum)) { fill(d, { error: say('bad-amount') }); form.elements[kind].focus(); return; }
    if (sum) payments.push({ kind, amount: sum });
  }
  const left = due - payments.reduce((n, p) => n + p.amount, 0);
  if (left) { mixedLeft(form); beep(false); return; }
  close('mixed');
  paid(payments, due);
}

// ---- which of several members
let later = null; // what is chosen from, and what is done where nobody is chosen
function putOff() {
  const was = later;
  later = null;
  was?.aside();
}
/** aside leaves the choice for later, where something else is typed; however it is closed it is left so. */
export function aside() { putOff(); close('choose'); }
/** choosing is whose code is chosen from. */
export const choosing = () => later ? [later.code] : [];
export function choose(code, found, then, aside) {
  putOff();
  later = { code, aside };
  const d = openUnseen('choose');
  d.onclose = putOff;
  fill(d, { list: found.map((m, i) => {
    const b = button(m.name + (m.phone ? ' · ' + m.phone : '') + (m.level ? ' · ' + m.level : ''), 'chosen');
    b.onclick = () => { if (d.dataset.unseen) { beep(false); return; } later = null; close('choose'); then(m); };
    if (!i) b.autofocus = true;
    return b;
  }) });
  $('.btn', $('.dlg-b', d))?.focus();
}

// ---- the shift
export async function shift() {
  const d = open('shift'), here = newest(d);
  fill(d, { error: '', sums: [] });
  try {
    const s = await ask('/shift');
    if (!here()) return;
    fill(d, { sums: rows([
      [say('shift-sales'), String(s.sales)], [say('shift-money'), money(s.money)], [say('shift-refunds'), s.refunds + ' · ' + money(s.back)],
      [say('shift-left'), money(s.money - s.back)], ...s.payments.map(p => [way(p.kind), money(p.sum)]),
      [say('shift-discount'), money(s.discount)], [say('shift-spent'), points(s.spent)], [say('shift-earned'), points(s.earned)],
      [say('shift-mine'), s.mine + ' · ' + money(s.mine_money)],
    ]), error: s.short ? say('shift-short') : '' });
  } catch (e) { if (here()) problem(d, e); }
}

// ---- what waits to be told
export async function showQueue(error = '') {
  const d = open('queue'), list = await keep.queued(), waits = queue.waiting(list), odd = queue.odd(list);
  const facts = i => ({
    waits: () => say('queue-waits', { at: clock(i.at) }),
    problem: () => say('queue-problem', { at: clock(i.at), words: i.words }),
    differs: () => [difference(i) ? say('differs', { at: clock(i.at), words: difference(i) }) : say('told', { at: clock(i.at) }), ...(i.untaken ?? []).map(untaken)].join('. '),
  })[i.state]();
  fill(d, { error, about: list.length ? say('queue-told', { waits: waits.length, odd: odd.length }) : say('queue-empty'), list: [...waits, ...odd].map(i => {
    const li = $('#t-queued').content.firstElementChild.cloneNode(true);
    const b = i.record.buyer;
    fill(li, { due: ['№ ' + i.seq, money(i.due), b?.card ?? b?.phone].filter(Boolean).join(' · '), facts: facts(i) });
    return li;
  }) });
  $('[data-do=seen]', d).hidden = !odd.some(i => i.state === 'differs');
  $('[data-do=send]', d).hidden = !waits.length && !odd.some(i => i.state === 'problem');
  ($('.dlg-f .btn:not([hidden])', d) ?? $('[data-close]', d)).focus();
}
const untaken = ({ code, why }) => why ? say('code-untaken', { code, words: why }) : say('code-unread', { code });
function difference({ answer: a, words }) {
  const said = words ? [words] : [];
  if (a.would && a.would.discount !== a.discount) said.push(say('discount') + ': ' + money(a.discount) + ' → ' + money(a.would.discount));
  if (a.would && a.would.most < a.spent) said.push(say('by-points') + ': ' + points(a.spent) + ' → ' + points(a.would.most));
  if (a.flags?.length) said.push(say('flagged', { flags: a.flags.map(f => say('flag-' + f)).join('; ') }));
  return said.join('; ');
}

/** queueAfter shows it again once something was done with it, where it is seen still. */
export async function queueAfter(work, error = () => '') {
  const here = within($('#queue'));
  await work();
  if (here()) await showQueue(error());
}

// ---- the till's own settings
export function settings() {
  const f = $('form', open('settings')), locked = !state.start?.duty; // how the till reads is no passer-by's to change
  for (const field of f.elements) if (field.name) field.disabled = locked;
  fill(f, { locked: locked ? say('settings-locked') : '' });
  f.elements.prefix.value = scanner.prefix; f.elements.suffix.value = scanner.suffix; f.elements.sound.checked = scanner.sound;
}
export async function settingsTyped(f) {
  await saveScanner({ prefix: f.elements.prefix.value, suffix: f.elements.suffix.value, sound: f.elements.sound.checked });
  close('settings');
}

// ---- the camera of a phone
export async function camera(scanned) {
  const d = open('camera'), here = within(d), stop = new AbortController();
  fill(d, { error: '' });
  d.addEventListener('close', () => stop.abort(), { once: true });
  try {
    const { scan } = await import($('#pos').dataset.camera);
    const code = await scan($('#video'), { signal: stop.signal });
    if (!here()) return;
    d.close();
    beep(true);
    scanned(code);
  } catch (e) {
    if (!stop.signal.aborted) fill(d, { error: say(e.code?.startsWith('camera-') ? e.code : 'camera-failed') });
  }
}
