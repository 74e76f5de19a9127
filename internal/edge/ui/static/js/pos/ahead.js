// What is typed while a receipt is paid, or over what was sold: it is the next guest's, whole and in its order.
import { $, note, put } from './render.js';
import { say } from './words.js';
import { beep, toNext } from './keys.js';
import * as bought from './item.js';
import * as fields from './fields.js';

const KEPT = 'kopilka-ahead';
let lines = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]'); // that were ended with Enter, each with its field
let keys = []; // typed over what was sold, before that was seen, each with its time
let begun = { keys: [] }; // those that the desk has, and in which field

function setLines(list) {
  lines = list;
  sessionStorage.setItem(KEPT, JSON.stringify(lines));
}
/** hold takes what was ended with Enter in a field while a receipt is paid. */
export function hold(field, text) {
  $(field).value = '';
  text = text.trim();
  if (!text) return;
  setLines([...lines, { field, text }]);
  toNext('#item');
  put('#item-error', note({ tone: 'info', icon: 'history', text: say('for-next', { text: lines.map(l => l.text).join('; ') }) }));
}
/** unsold keeps it in sight beside the receipt, which was not sold. */
export function unsold() {
  for (const l of lines) bought.miss(l.text, l.text);
  setLines([]);
}
/** over takes a key pressed over what was sold; false: it is none that is typed. */
export function over(e) {
  const any = keys.length > 0 || lines.length > 0 || fields.kept(), plain = !(e.ctrlKey || e.altKey || e.metaKey);
  if (!plain || !(any ? e.key.length === 1 || e.key === 'Backspace' : /^[\p{L}\p{N}+#]$/u.test(e.key))) return false;
  keys.push({ key: e.key, at: e.timeStamp });
  return true;
}
/** ends takes an Enter for the end of what was typed; false: nothing was, it was pressed for the payment. */
export function ends(e) {
  if (!keys.length && !fields.kept()) return false;
  if (keys.at(-1)?.key === 'Enter') beep(false); else keys.push({ key: 'Enter', at: e.timeStamp });
  return true;
}
/** last takes back the key that has just been taken: it is typed into the desk. */
export const last = () => { keys.pop(); };
/** begin gives it to the desk of the next guest: take gets the lines, the rest stands where it was typed. true: something was typed. */
export function begin(take) {
  let at = fields.anew(text => bought.miss(text, text)), e = $(at);
  const all = [...lines];
  for (const { key } of keys) {
    if (key !== 'Enter') { e.value = key === 'Backspace' ? e.value.slice(0, -1) : e.value + key; continue; }
    all.push({ field: at, text: e.value.trim() });
    e.value = '';
    at = '#item'; e = $(at); // the cursor goes there after each
  }
  begun = { keys, at };
  keys = [];
  setLines([]);
  for (const l of all) if (l.text) take(l);
  if (!e.value && !all.length) return false;
  const to = e.value ? e : $('#item');
  to.focus();
  to.setSelectionRange(to.value.length, to.value.length);
  return true;
}
/** unscan takes out what a scanner has typed since it began: what was typed before it stays. */
export function unscan(began) {
  keys = keys.filter(k => k.at < began);
  const text = begun.keys.filter(k => k.at >= began).map(k => k.key).join(''), e = $(begun.at ?? '#item');
  begun = { keys: [] };
  if (text && e?.value.endsWith(text)) e.value = e.value.slice(0, -text.length);
}
