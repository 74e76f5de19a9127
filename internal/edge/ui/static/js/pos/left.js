// What was typed, shown or chosen and is on no receipt yet: it stops the payment.
import { $, put, wrong } from './render.js';
import { filled, typing } from './fields.js';
import * as ahead from './ahead.js';
import * as bought from './item.js';
import { state } from './sale.js';
import { say } from './words.js';
import { toNext } from './keys.js';

// leftover is such, in words, and where it is seen to.
function leftover() {
  const price = bought.priceAsked(), field = filled().find(f => !ahead.isNext(f));
  if (bought.missed()) return { at: '#item', words: say('missed-left') };
  if (price) return { at: '#item', words: say('price-first', { name: price.name }) };
  return field && { at: field, words: say(ahead.isLate(field) ? 'typed-late' : 'typed-left', { text: $(field).value.trim() }) };
}
/** leftTyped tells of such, and goes on to tell as long as it is so. */
export function leftTyped() {
  const is = leftover();
  if (!is) return false;
  state.left = () => leftover()?.words === is.words ? is.words : '';
  put('#pay-error', wrong(is.words));
  if (!typing()) toNext(is.at); // what is typed goes on
  return true;
}
