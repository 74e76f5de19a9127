// What is typed while a receipt is paid, or over what was sold: it is the next guest's, whole and in its order.
import { $, note, put } from './render.js';
import { say } from './words.js';
import { beep, toNext } from './keys.js';
import { askCode } from './desk.js';
import * as sale from './sale.js';
import * as bought from './item.js';
import * as fields from './fields.js';

const KEPT = 'kopilka-ahead';
const was = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
let lines = was.lines ?? []; // that were ended with Enter, each with its field; one without a field was shown to the scanner
let keys = (was.keys ?? []).map(key => ({ key, at: 0 })); // typed over what was sold, before that was seen, each with its time
let desk = { keys: [] }; // those that the desk has, and in which field
let before = null; // in which fields something stood as the payment began
let late = was.late ?? []; // in which something stands that was begun while a receipt was paid that was not sold

const keep = () => sessionStorage.setItem(KEPT, JSON.stringify({ lines, keys: keys.map(k => k.key), late }));
function setLines(list) {
  lines = list;
  keep();
}
/** begun is the moment from which what is typed is for another. */
export const begun = () => { before ??= fields.filled(); };
/** hold takes what is ended with Enter in a field while a receipt is paid, or was begun then; false: it is this receipt's. */
export function hold(field) {
  const e = $(field), text = e.value.trim(), paying = sale.busy();
  if (!paying && !late.includes(field)) return false;
  e.value = '';
  forgive(field);
  if (!text) return true;
  toNext('#item');
  if (!paying) { missLate(text); return true; }
  setLines([...lines, { field, text }]);
  tell();
  return true;
}
const tell = () => put('#item-error', note({ tone: 'info', icon: 'history', text: say('for-next', { text: lines.map(l => l.text).join('; ') }) }));
/** shown takes what is shown to the scanner meanwhile: nobody knows for whom. It is in sight at the next receipt, to be shown again. */
export function shown(code) {
  setLines([...lines, { text: code }]);
  bought.badItem(say('show-again', { code }));
}
const missShown = code => bought.miss(say('show-again', { code }), code);
/** isNext tells of a field whether what stands there was begun after the payment, and isLate whether it was while one was that came to nothing. */
export const isNext = field => !!before && !before.includes(field);
export const isLate = field => late.includes(field);
/** forgive takes what is typed from now on in a field for this receipt's. */
export const forgive = field => setLate(late.filter(f => f !== field));
function setLate(list) {
  if (!late.length && !list.length) return; // as nearly always
  late = list;
  keep();
}
/** aside keeps it in sight beside the receipt, which was not sold. */
export function aside() {
  for (const l of lines) if (l.field) missLate(l.text); else missShown(l.text);
  setLines([]);
  setLate(late.filter(f => fields.filled().includes(f)));
}
const missLate = text => bought.miss(say('missed-what', { text, words: say('while-paid') }), text);
/** unsold does so as the payment comes to nothing: also with what is being typed yet, once it is ended. */
export function unsold() {
  aside();
  setLate(fields.filled().filter(f => !before?.includes(f)));
  before = null;
}
/** types tells whether a key over what was sold is typed. */
export function types(e) {
  const any = keys.length > 0 || lines.length > 0 || fields.kept(), plain = !(e.ctrlKey || e.altKey || e.metaKey);
  return plain && (any ? e.key.length === 1 || e.key === 'Backspace' : /^[\p{L}\p{N}+#]$/u.test(e.key));
}
/** over takes one that is pressed before that was seen. */
export function over(e) {
  keys.push({ key: e.key, at: e.timeStamp });
  keep();
}
// moves are the keys that put the cursor into a field of the next guest's.
const MOVES = { F2: '#scan', F3: '#item', 'Shift+F3': '#code' };
/** goes takes one of them that is pressed before what was sold was seen. */
export function goes(e) {
  const key = (e.shiftKey ? 'Shift+' : '') + e.key;
  if (MOVES[key]) over({ key, timeStamp: e.timeStamp }); else beep(false);
}
/** ends takes an Enter for the end of what was typed; false: nothing was. */
export function ends(e) {
  if (!keys.length && !fields.kept()) return false;
  if (keys.at(-1)?.key === 'Enter') beep(false); else over(e);
  return true;
}
/** begin gives it to the desk of the next guest: take gets the lines, the rest stands where it was typed. true: something was typed. */
export function begin(take) {
  let at = fields.anew(), e = $(at);
  const all = [...lines];
  let moved = false;
  for (const { key } of keys) {
    if (MOVES[key]) {
      if (key === 'Shift+F3') askCode();
      at = MOVES[key]; e = $(at); moved = true;
      continue;
    }
    if (key !== 'Enter') { e.value = key === 'Backspace' ? e.value.slice(0, -1) : e.value + key; continue; }
    all.push({ field: at, text: e.value.trim() });
    e.value = '';
    at = '#item'; e = $(at); moved = false; // the cursor goes there after each
  }
  desk = { keys, at };
  keys = []; late = []; before = null;
  setLines([]); // and keeps that
  for (const l of all) if (!l.field) missShown(l.text); else if (l.text) take(l);
  if (!fields.resume(at) && (all.length || moved)) ($(at) ?? $('#item')).focus();
  return all.length > 0 || moved || e.value !== '';
}
/** unscan takes out what a scanner has typed since it began: what was typed before it stays. */
export function unscan(began) {
  keys = keys.filter(k => k.at < began);
  keep();
  const text = desk.keys.filter(k => k.at >= began).map(k => k.key).join(''), e = $(desk.at ?? '#item');
  desk = { keys: [] };
  if (text && e?.value.endsWith(text)) e.value = e.value.slice(0, -text.length);
}
