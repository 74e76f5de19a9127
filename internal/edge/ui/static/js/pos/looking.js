// What is looked up for the receipt that is made: who a card is of, what is sold. A payment waits for it, and what comes when
// the receipt has ended is on no other.
import { note, put } from './render.js';
import { say } from './words.js';
import { turn } from './sale.js';

const LONG = 400; // milliseconds until the cashier is told that it is looked up
const all = new Map(); // with what is looked up

/** look does a look-up of what was typed or shown. work gives false where something is left to the cashier; gone tells it that the
 * receipt has ended. */
export function look(what, work) {
  const mine = turn(), is = work(() => mine !== turn());
  const slow = setTimeout(() => put('#looking', note({ tone: 'info', icon: 'history', text: say('looking') })), LONG);
  const end = () => { all.delete(is); clearTimeout(slow); if (!all.size) put('#looking'); };
  all.set(is, what);
  is.then(end, end);
  return is;
}

/** looking tells whether anything is looked up, and unfound what. */
export const looking = () => all.size > 0;
export const unfound = () => [...all.values()];
/** looked waits for all that is looked up, and tells whether nothing of it is left to the cashier. */
export async function looked() {
  let well = true;
  while (all.size) for (const is of await Promise.allSettled(all.keys())) well &&= is.status === 'fulfilled' && is.value !== false;
  return well;
}
