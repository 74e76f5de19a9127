// Makes a member, or gives one a card.
import { $, $$, button, close, fill, make, open } from './render.js';
import { ask, Refused } from './net.js';
import { state } from './sale.js';
import { say } from './words.js';
import { beep } from './keys.js';
import * as notice from './notice.js';
import { turn, within } from './turn.js';

let then, key, proof; // proof of the phone that it is for
let form; // what the form was made of: what is set for the till may change meanwhile

const dateOf = text => {
  const m = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text.trim());
  return m ? `${m[3]}-${m[2].padStart(2, '0')}-${m[1].padStart(2, '0')}` : text.trim();
};

/** register shows the form; q is what was typed and found nobody. */
export function register(q, made) {
  const s = form = state.start, d = open('register'), f = $('form', d);
  then = made; key = 'pos-m-' + crypto.randomUUID(); proof = null;
  f.reset();
  const options = [['', say('none-card')], ...(s.cards ?? []).map(c => [c.id, c.name])];
  f.elements.card.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  for (const star of $$('[data-need]', f)) star.hidden = !s.member.mandatory.includes(star.dataset.need);
  fill(d, { error: '', sent: '' });
  askMore(d);
  askConsents(d);
  if (s.no_texts) ask('/start').then(now => { // they may have been published since
    if (state.start !== s || now.no_texts?.length === s.no_texts.length || !now.duty) return;
    Object.assign(s, { consents: now.consents, no_texts: now.no_texts });
    askConsents(d);
  }, () => {});
  $('[data-f=code-field]', f).hidden = !s.member.confirm;
  cardChosen(f);
  if (/^\d{13,}$/.test(q)) numbered(f, q); else if (/^[\d+()\s-]{10,}$/.test(q)) f.elements.phone.value = q;
  for (const e of $$('[data-error]', f)) e.textContent = '';
  f.elements.phone.focus();
}
const wantedMore = () => form.member.more ?? [];
// askMore has a field for whatever else is wanted of every member.
function askMore(d) {
  fill(d, { more: wantedMore().map((m, i) => {
    const box = make(m.options ? 'more-of' : 'more', { label: m.label }), e = $('input,select', box), error = $('.err', box);
    e.id = $('label', box).htmlFor = 'r-more-' + i;
    e.dataset.more = i;
    error.id = e.id + '-error'; error.dataset.error = m.name;
    e.setAttribute('aria-describedby', error.id);
    if (m.options) e.replaceChildren(...['', ...m.options].map(o => new Option(o.text ?? '', o.value ?? '')));
    return box;
  }) });
}
// askConsents has a box for each consent that has a text; one without can't be given.
function askConsents(d) {
  const s = form, asked = s.consents ?? [];
  $('[data-f=asked]', d).hidden = !asked.length;
  fill(d, { 'no-texts': s.no_texts ? say('no-texts', { what: s.no_texts.join(', ') }) : '', consents: asked.map((c, i) => {
    const box = make('consent', { title: c.title });
    $('.need', box).hidden = !c.needed;
    $('input', box).required = c.needed;
    $('input', box).value = i;
    return box;
  }) });
}
const typeOf = f => form.cards?.find(c => c.id === f.elements.card.value);
/** cardChosen asks for the number of plastic only, another's is made; and for a secret code where cards of the type have one. */
export function cardChosen(f) {
  const c = typeOf(f);
  $('[data-f=card-fields]', f).hidden = !c || c.virtual && !c.secret;
  f.elements.number.closest('.fld').hidden = !c || c.virtual;
  f.elements.secret.closest('.fld').hidden = !c?.secret;
  if (document.activeElement.closest?.('#register [hidden]')) f.elements.card.focus(); // else Enter would reach no form
}
/** cardScanned puts what was scanned where a card's number or the inviter is asked for. */
export function cardScanned(code) {
  const f = $('#register form'), asked = document.activeElement;
  if (asked === f.elements.inviter) { asked.value = code; return; }
  if (asked === f.elements.secret) { asked.value = code; return; }
  numbered(f, code);
  const next = typeOf(f)?.secret && !f.elements.secret.value ? f.elements.secret : f.elements.number;
  next.focus();
}
function numbered(f, code) { // the card that was scanned or typed is plastic
  const plastic = form.cards?.find(c => !c.virtual);
  if (plastic && (typeOf(f)?.virtual ?? true)) f.elements.card.value = plastic.id;
  cardChosen(f);
  f.elements.number.value = code;
}
export async function sendRegisterCode() {
  const d = $('#register'), here = within(d), f = $('form', d);
  try {
    proof = null;
    const sent = await ask('/api/codes', { body: { purpose: 'prove', phone: f.elements.phone.value } });
    if (!here()) return;
    fill(d, { sent: say('sent-to', { to: sent.to }), error: '' });
    f.elements.code.focus();
  } catch (e) { if (here()) wrong(d, e); }
}

function wrong(d, e) {
  beep(false);
  if (!(e instanceof Refused)) { fill(d, { error: say('network') }); return; }
  const left = [];
  clean(d);
  const places = { 'profile.name': 'name', 'profile.surname': 'surname', 'profile.birth_date': 'birth_date', 'card.number': 'number', 'card.secret': 'secret' };
  for (const x of e.problem.errors ?? []) {
    const field = places[x.path] ?? moreOf(x.path) ?? (x.path.startsWith('identifiers[0]') || x.path === 'phone' ? 'phone' : x.path.startsWith('identifiers') ? 'email' : x.path);
    const place = $(`[data-error="${field}"]`, d);
    if (place && !place.closest('[hidden]')) place.textContent = field === 'birth_date' && !isDate(d) ? say('bad-date') : x.detail; else left.push(x.detail);
  }
  if (!e.problem.errors?.length) {
    const kind = /\bkind=(\w+)/.exec(e.problem.log ?? '')?.[1] ?? (/^(card|identifier)\./.test(e.code) ? 'card' : '');
    const place = kind && $(`[data-error=${{ card: 'number' }[kind] ?? kind}]`, d);
    if (place && !place.closest('[hidden]')) { place.textContent = e.message; if (e.code === 'member.taken') place.append(' ', button(say('open-taken'), 'open-taken', { data: { kind } })); } else left.push(e.message);
  }
  fill(d, { error: left.join('; ') });
  toWrong(d);
}
// moreOf is the field that a path of the profile is about, of those that only this organization wants.
const moreOf = path => {
  const at = path.replace(/^profile\./, '');
  return wantedMore().find(m => at === m.path.join('.') || at === m.name)?.name;
};
/** taken closes the registration and gives what was typed there that a member has already. */
export function taken(kind) {
  close('register');
  return $('#register form').elements[kind].value.trim();
}
// isDate tells a day that there is from what only looks like one.
const isDate = d => { const t = dateOf($('form', d).elements.birth_date.value), at = new Date(t + 'T00:00:00Z'); return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(t); };
const clean = d => { for (const p of $$('[data-error]', d)) p.textContent = ''; fill(d, { error: '' }); };
// toWrong goes to the first field that something is wrong with; what it is stands below it.
function toWrong(d) {
  const first = $$('[data-error]', d).find(p => p.textContent)?.closest('.fld');
  first?.querySelector('input,select').focus();
  (first ?? $('[data-f=error]', d)).scrollIntoView({ block: 'nearest' });
}

function bodyOf(f) {
  const s = form, v = name => f.elements[name].value.trim();
  const b = { cashier: state.start.duty.id, profile: {}, identifiers: [], consents: [] };
  if (v('phone')) b.identifiers.push({ kind: 'phone', value: v('phone'), main: true, ...proof?.phone === v('phone') && { proof: proof.of } });
  if (v('email')) b.identifiers.push({ kind: 'email', value: v('email'), main: true });
  for (const name of ['name', 'surname']) if (v(name)) b.profile[name] = v(name);
  if (v('birth_date')) b.profile.birth_date = dateOf(v('birth_date'));
  for (const e of $$('[data-more]', f)) {
    const m = wantedMore()[e.dataset.more], [at, key] = m.path, value = m.day ? dateOf(e.value) : e.value.trim();
    if (value && key) (b.profile[at] ??= {})[key] = value; else if (value) b.profile[at] = value;
  }
  if (v('card')) b.card = { type: v('card'), ...!typeOf(f).virtual && v('number') && { number: v('number') }, ...typeOf(f).secret && v('secret') && { secret: v('secret') } };
  for (const box of $$('[name=consent]:checked', f)) {
    const c = s.consents[box.value];
    b.consents.push({ kind: c.kind, action: 'granted', ...c.channel && { channel: c.channel }, text: c.text, text_version: c.version });
  }
  if (v('inviter')) b.inviter = v('inviter');
  if (s.programme) b.programmes = [s.programme.id];
  return b;
}

// complete tells of all that must be there and is not.
function complete(d, f) {
  const s = form;
  clean(d);
  for (const star of $$('[data-need]', f)) {
    if (star.hidden || f.elements[star.dataset.need].value.trim()) continue;
    $(`[data-error="${star.dataset.need}"]`, d).textContent = say('needed');
  }
  for (const e of $$('[data-more]', f)) if (!e.value.trim()) $(`[data-error="${wantedMore()[e.dataset.more].name}"]`, d).textContent = say('needed');
  const missing = (s.consents ?? []).findIndex((c, i) => c.needed && !$(`[name=consent][value="${i}"]`, f).checked);
  if (missing >= 0) $('[data-error=consents]', d).textContent = say('consent-needed', { name: s.consents[missing].title });
  const wrong = $$('[data-error]', d).find(p => p.textContent);
  if (!wrong) return true;
  if (wrong.dataset.error === 'consents') $(`[name=consent][value="${missing}"]`, f).focus(); else toWrong(d);
  return false;
}

// whoOf is who is being registered, for whoever asked for it, and for nobody else: a name and the end of a phone.
const whoOf = f => [f.elements.name.value.trim(), f.elements.phone.value.replace(/\D/g, '').replace(/^\d*(?=\d{4})/, '…')].filter(Boolean).join(' ');

export async function registerTyped(f) {
  const d = $('#register'), here = within(d), lasts = turn(), s = form, mine = key, told = then, who = whoOf(f);
  if (!complete(d, f)) { beep(false); return; }
  try {
    const phone = f.elements.phone.value.trim(), code = f.elements.code.value.trim();
    if (s.member.confirm && code && proof?.phone !== phone) proof = { phone, of: (await ask('/api/codes/check', { body: { purpose: 'prove', phone, code } })).proof };
    if (!here()) { if (!lasts()) await notice.tell(say('register-not-done', { who, words: say('till-was-locked') })); return; }
    const made = await ask('/api/members', { body: bodyOf(f), key: mine }), shown = here();
    if (shown) { close('register'); beep(true); }
    told(made, shown);
  } catch (e) {
    if (!here()) { await notice.tell(say(e instanceof Refused ? 'register-not-done' : 'register-unknown', { who, words: e.message })); return; }
    if (e instanceof Refused) key = 'pos-m-' + crypto.randomUUID(); // nothing was done: what is mended is another request
    wrong(d, e);
  }
}
