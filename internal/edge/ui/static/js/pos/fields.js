// What stands in the fields of the desk, also while the till is locked or its page is read anew.
import { $ } from './render.js';

const FIELDS = ['#item', '#code', '#scan'], KEPT = 'kopilka-fields';

// typedIn is the first of them in which something stands.
const typedIn = () => FIELDS.find(f => $(f)?.value.trim());
/** typing tells whether something is being typed: the cursor stays there, whatever is found meanwhile. */
export const typing = () => document.activeElement?.id === 'spend' || FIELDS.some(f => $(f) && $(f) === document.activeElement && $(f).value.trim());
/** engaged tells whether something stands there or is being typed: what was not found comes not into its midst. */
export const engaged = () => typing() || !!typedIn();
/** keep keeps what stands there, and where it is typed, where there is a desk. */
export function keep() {
  if ($('#item')) sessionStorage.setItem(KEPT, JSON.stringify({ at: FIELDS.find(f => $(f) === document.activeElement), values: FIELDS.map(f => $(f)?.value ?? '') }));
}
const inStore = () => JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
/** kept tells whether anything is. */
export const kept = () => (inStore().values ?? []).some(v => v.trim());
/** keptIn tells whether something is kept that stood in a field. */
export const keptIn = field => !!(inStore().values ?? [])[FIELDS.indexOf(field)]?.trim();
/** anew puts it there again, and gives the field where it was typed. */
export function anew() {
  if (!$('#item')) return '#item';
  const { at, values = [] } = inStore();
  sessionStorage.removeItem(KEPT);
  FIELDS.forEach((f, i) => {
    if (!values[i]?.trim()) return;
    if (!$(f).value) $(f).value = values[i];
  });
  return at && $(at)?.value ? at : typedIn() ?? '#item';
}
/** resume puts the cursor behind what stands in a field; false: nothing does. */
export function resume(at) {
  const e = $(at);
  if (!e?.value) return false;
  e.focus();
  e.setSelectionRange(e.value.length, e.value.length);
  return true;
}
/** filled are those in which something stands; where there is no desk, stood. */
export const filled = () => FIELDS.filter((f, i) => ($('#item') ? $(f)?.value : inStore().values?.[i])?.trim());
