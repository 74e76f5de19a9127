// Cash: what the guest has given and what goes back to him. Nothing of it has to be typed: empty means the exact sum.
import { $, close, fill, open } from './render.js';
import { amount, money, say } from './words.js';
import { beep } from './keys.js';
import { untold } from './dialogs.js';

const MOST = 100_000_00; // kopecks of change: what is more was typed wrong
const UNREAD = 500; // milliseconds in which nobody has read what has changed
let due, paid, reading;
let lost = false; // what is to be paid can't be told
// unread refuses what was pressed for the sum before.
function unread() {
  const is = lost || !!$('#cash').dataset.unread;
  if (is) beep(false);
  return is;
}
/** cash asks what was given. of is what is to be paid, when it comes; then(got, due) is called with what was given, 0 where that
 * was exact, and with what was to be paid as it was told, if it was. */
export async function cash(of, then) {
  const d = open('cash');
  paid = then; due = undefined; lost = false;
  $('form', d).reset();
  fill(d, { about: say('counting'), change: '', error: '' });
  $('#cash-got').focus();
  const sum = await of;
  if (paid !== then || !d.open) return;
  if (sum === undefined) { lost = true; untold(d); return; }
  due = sum;
  fill(d, { about: say('cash-due', { sum: money(due) }) });
  given();
}
/** follow tells that the receipt comes to another sum while the dialog is open: the network may have come or gone. */
export function follow(sum) {
  if (!$('#cash').open || due === undefined || sum === undefined || sum === due) return;
  due = sum;
  $('#cash').dataset.unread = '1';
  clearTimeout(reading);
  reading = setTimeout(() => delete $('#cash').dataset.unread, UNREAD);
  fill($('#cash'), { about: say('due-changed', { sum: money(due) }) });
  beep(false);
  given();
}
const typed = () => $('#cash-got').value.trim();
// wrongWith is what is wrong with a sum that was given; '': nothing.
function wrongWith(got) {
  if (Number.isNaN(got)) return say('bad-amount');
  if (got < due) return say('cash-short', { sum: money(due - got) });
  return got - due > MOST ? say('cash-much', { sum: money(MOST) }) : '';
}
/** given tells the change as it is typed. */
export function given() {
  if (due === undefined) return;
  const got = typed() ? amount(typed()) : due, error = wrongWith(got);
  fill($('#cash'), { change: error ? '' : typed() ? say('cash-change', { sum: money(got - due) }) : say('cash-exact'), error });
}
/** banknote adds one to what was given. */
export function banknote(rubles) {
  const field = $('#cash-got'), sum = (amount(typed()) || 0) / 100 + Number(rubles);
  field.value = Number.isInteger(sum) ? sum : sum.toFixed(2);
  field.focus();
  given();
}
/** exact pays without change, whatever was typed. */
export function exact() {
  if (unread()) return;
  close('cash');
  paid(0, due);
}
/** cashTyped pays with what was given. */
export function cashTyped() {
  if (!typed()) { exact(); return; }
  const got = amount(typed());
  if (unread()) return;
  if (due === undefined || wrongWith(got)) { given(); $('#cash-got').select(); beep(false); return; }
  close('cash');
  paid(got, due);
}
