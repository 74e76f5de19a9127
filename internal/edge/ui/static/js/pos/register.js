// Makes a member, or gives one a card.
import { $, $$, close, fill, make, open } from './render.js';
import { ask, Refused } from './net.js';
import { state } from './sale.js';
import { say } from './words.js';
import { beep } from './keys.js';

let then, key, proof;

const dateOf = text => {
  const m = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text.trim());
  return m ? `${m[3]}-${m[2].padStart(2, '0')}-${m[1].padStart(2, '0')}` : text.trim();
};

/** register shows the form; q is what was typed and found nobody. */
export function register(q, made) {
  const s = state.start, d = open('register'), f = $('form', d);
  then = made; key = 'pos-m-' + crypto.randomUUID(); proof = null;
  f.reset();
  if (/^[\d+()\s-]{10,}$/.test(q)) f.elements.phone.value = q;
  const options = [['', say('none-card')], ...(s.cards ?? []).map(c => [c.id, c.name])];
  f.elements.card.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  for (const star of $$('[data-need]', f)) star.hidden = !s.member.mandatory.includes(star.dataset.need);
  fill(d, { error: '', sent: '', consents: (s.consents ?? []).map((c, i) => {
    const box = make('consent', { title: c.title });
    $('input', box).value = i;
    return box;
  }) });
  $('[data-f=code-field]', f).hidden = !s.member.confirm;
  $('[data-f=card-fields]', f).hidden = true;
  for (const e of $$('[data-error]', f)) e.textContent = '';
  f.elements.phone.focus();
}
/** cardChosen asks for the number of plastic only: another's is made. */
export function cardChosen(f) {
  const c = state.start.cards?.find(c => c.id === f.elements.card.value);
  $('[data-f=card-fields]', f).hidden = !c;
  f.elements.number.closest('.fld').hidden = !c || c.virtual;
}
/** cardScanned puts what was scanned where a card's number or the inviter is asked for. */
export function cardScanned(code) {
  const f = $('#register form'), asked = document.activeElement;
  if (asked === f.elements.inviter) { asked.value = code; return; }
  const plastic = state.start.cards?.find(c => !c.virtual);
  if (!f.elements.card.value && plastic) f.elements.card.value = plastic.id;
  cardChosen(f);
  if (f.elements.number.value && f.elements.number.value !== code) f.elements.secret.value = code; else f.elements.number.value = code;
}
export async function sendRegisterCode() {
  const d = $('#register'), f = $('form', d);
  try {
    const sent = await ask('/api/codes', { body: { purpose: 'prove', phone: f.elements.phone.value } });
    fill(d, { sent: say('sent-to', { to: sent.to }), error: '' });
    f.elements.code.focus();
  } catch (e) { wrong(d, e); }
}

function wrong(d, e) {
  beep(false);
  if (!(e instanceof Refused)) { fill(d, { error: say('network') }); return; }
  const left = [];
  for (const p of $$('[data-error]', d)) p.textContent = '';
  const places = { 'profile.name': 'name', 'profile.surname': 'surname', 'profile.birth_date': 'birth_date', 'card.number': 'number', 'card.secret': 'secret' };
  for (const x of e.problem.errors ?? []) {
    const field = places[x.path] ?? (x.path.startsWith('identifiers[0]') || x.path === 'phone' ? 'phone' : x.path.startsWith('identifiers') ? 'email' : x.path);
    const place = $(`[data-error="${field}"]`, d);
    if (place) place.textContent = x.detail; else left.push(x.detail);
  }
  fill(d, { error: left.length ? left.join('; ') : e.problem.errors?.length ? '' : e.message });
  const first = $$('[data-error]', d).find(p => p.textContent)?.closest('.fld');
  first?.querySelector('input').focus();
  first?.scrollIntoView({ block: 'nearest' }); // what is wrong with it stands below it
}

function bodyOf(f) {
  const s = state.start, v = name => f.elements[name].value.trim();
  const b = { cashier: s.duty.id, profile: {}, identifiers: [], consents: [] };
  if (v('phone')) b.identifiers.push({ kind: 'phone', value: v('phone'), main: true, ...proof && { proof } });
  if (v('email')) b.identifiers.push({ kind: 'email', value: v('email'), main: true });
  for (const name of ['name', 'surname']) if (v(name)) b.profile[name] = v(name);
  if (v('birth_date')) b.profile.birth_date = dateOf(v('birth_date'));
  if (v('card')) b.card = { type: v('card'), ...v('number') && { number: v('number') }, ...v('secret') && { secret: v('secret') } };
  for (const box of $$('[name=consent]:checked', f)) {
    const c = s.consents[box.value];
    b.consents.push({ kind: c.kind, action: 'granted', ...c.channel && { channel: c.channel }, ...c.text && { text: c.text, text_version: c.version } });
  }
  if (v('inviter')) b.inviter = v('inviter');
  if (s.programme) b.programmes = [s.programme.id];
  return b;
}

export async function registerTyped(f) {
  const d = $('#register'), s = state.start;
  const missing = (s.consents ?? []).findIndex((c, i) => c.needed && !$(`[name=consent][value="${i}"]`, f).checked);
  if (missing >= 0) { fill(d, { error: say('consent-needed') }); $(`[name=consent][value="${missing}"]`, f).focus(); beep(false); return; }
  try {
    if (s.member.confirm && f.elements.code.value.trim() && !proof)
      proof = (await ask('/api/codes/check', { body: { purpose: 'prove', phone: f.elements.phone.value, code: f.elements.code.value.trim() } })).proof;
    const made = await ask('/api/members', { body: bodyOf(f), key });
    close('register');
    beep(true);
    then(made);
  } catch (e) {
    if (e instanceof Refused) key = 'pos-m-' + crypto.randomUUID(); // nothing was done: what is mended is another request
    wrong(d, e);
  }
}
