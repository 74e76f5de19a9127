// What is seen before anybody is on duty: pairing of the till, signing in.
import { $, $$, fill, make, put } from './render.js';
import { ask, Refused } from './net.js';
import * as keep from './keep.js';
import { say } from './words.js';
import { beep, latin } from './keys.js';

const problem = (form, e) => { fill(form, { error: e instanceof Refused ? e.message : say('network') }); beep(false); };

export function pairing() {
  put('#screen', make('pair', { error: '' }));
  $('#pair-code').focus();
}
export async function pairTyped(f, then) {
  try {
    await ask('/pair', { body: { code: latin(f.elements.code.value) } });
    await then();
  } catch (e) { problem(f, e); }
}

/** signIn asks who is at the till, and for his PIN; error is why it is asked anew. */
export async function signIn(start, error = '') {
  put('#screen'); // what was seen is the next cashier's to see
  const last = await keep.get('cashier'), form = make('signin', { error });
  people(form, start, last);
  put('#screen', form);
  $('#pin').focus();
}
/** peopleAnew shows who may sign in by now; what is typed and chosen stays. */
export function peopleAnew(start) {
  const form = $('[data-form=signin]');
  if (form) people(form, start, $('[name=cashier]:checked', form)?.value);
}
function people(form, start, code) {
  const chosen = start.cashiers.find(c => c.code === code) ?? start.cashiers[0];
  fill(form, { none: start.cashiers.length ? '' : say('no-cashiers'), people: start.cashiers.map(c => {
    const p = make('person', { name: c.name });
    const radio = $('input', p);
    radio.value = c.code; radio.checked = c === chosen;
    return p;
  }) });
}
/** moveCashier chooses another by the arrows while the PIN is typed. */
export function moveCashier(key) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[key], all = $$('[name=cashier]');
  if (!by || !all.length) return false;
  all[(all.findIndex(r => r.checked) + by + all.length) % all.length].checked = true;
  return true;
}
export async function signInTyped(f, then) {
  if (!f.elements.pin.value) { fill(f, { error: say('pin-needed') }); f.elements.pin.focus(); return; }
  try {
    const code = new FormData(f).get('cashier') ?? '';
    await ask('/duty', { body: { code, pin: f.elements.pin.value } });
    await keep.set('cashier', code);
    await then();
  } catch (e) {
    f.elements.pin.value = '';
    problem(f, e);
    f.elements.pin.focus();
  }
}
/** message is a whole screen of words. */
export function message(title, text) { put('#screen', make('message', { title, text })); }
