// What stands in the fields of the desk, also while the till is locked or its page is read anew.
import { $ } from './render.js';

const FIELDS = ['#item', '#code', '#scan'], KEPT = 'kopilka-typed';

/** typedIn is the first of them in which something stands. */
export const typedIn = () => FIELDS.find(f => $(f)?.value.trim());
/** typing tells whether something is being typed: the cursor stays there, whatever is found meanwhile. */
export const typing = () => document.activeElement?.id === 'spend' || FIELDS.some(f => $(f) && $(f) === document.activeElement && $(f).value.trim());
/** keep keeps what stands there, where there is a desk. */
export function keep() {
  if ($('#item')) sessionStorage.setItem(KEPT, JSON.stringify(FIELDS.map(f => $(f)?.value ?? '')));
}
/** anew puts it there again. */
export function anew() {
  if (!$('#item')) return;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
  sessionStorage.removeItem(KEPT);
  FIELDS.forEach((f, i) => { if (kept[i] && $(f) && !$(f).value) $(f).value = kept[i]; });
}
