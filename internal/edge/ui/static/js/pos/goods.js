// The goods that the till finds: those of the program, and where it can't ask those that it keeps itself.
import { ask, FIND, isOnline, Refused, Silent } from './net.js';
import * as keep from './keep.js';
import { quick } from './desk.js';

const MOST = 20000, OFFERED = 12; // that a till keeps; that a typed text offers

const fold = text => text.toLowerCase().replaceAll('ё', 'е');
const words = text => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

let renewing, all;
/** renew follows the catalogue, so that goods are found with no network too. */
export function renew() {
  renewing ??= follow().finally(() => { renewing = undefined; });
  return renewing;
}
async function follow() {
  for (let more = true, changed = await keep.get('sold') === undefined; more;) {
    const mark = await keep.get('catalogue') ?? '', counts = changed;
    let answer;
    try { answer = await ask('/catalogue?after=' + encodeURIComponent(mark) + (counts ? '&count' : '')); } catch (e) {
      if (e instanceof Silent || e instanceof Refused) return;
      throw e;
    }
    if (answer.mark !== mark || answer.anew) { changed = true; await keep.stock(answer, MOST).finally(() => { all = undefined; }); }
    if (answer.total !== undefined) await keep.set('sold', answer.total);
    more = answer.more || changed && !counts; // once all is followed, how many there are is asked for
  }
}

/** short says how many goods the till keeps of how many that are sold, where it doesn't keep all. */
export async function short() {
  const count = await keep.goodsCount(), most = await keep.get('sold') ?? 0;
  return count < most ? { count, most } : null;
}

/** kept finds goods as the program does: by a barcode, by an SKU, by the beginnings of words in any order. */
async function kept(q) {
  const one = await keep.good(q);
  if (one) return [{ ...one, exact: true }];
  const typed = words(q);
  if (!typed.length) return [];
  all ??= await keep.goods();
  const fits = g => { const w = words(g.name); return typed.every(t => w.some(x => x.startsWith(t))); };
  return all.filter(fits).slice(0, OFFERED);
}

/** find gives the goods that a text names. Where there is no network, those that the till keeps; undefined: it
 * keeps none such, but not all goods either. */
export async function find(q) {
  try {
    if (!isOnline()) throw new Silent('no network');
    const list = (await ask('/goods?q=' + encodeURIComponent(q), { patience: FIND })).goods;
    for (const g of list) if (g.exact) keep.remember('good:' + q, g);
    return list;
  } catch (e) {
    if (!(e instanceof Silent)) throw e;
    const list = await kept(q);
    if (list.length) return list;
    const seen = await keep.recall('good:' + q);
    if (seen) return [seen.found];
    const mine = quick.all.filter(g => g.sku === q || fold(g.name).includes(fold(q)));
    return mine.length ? mine : all?.length && all.length < MOST ? [] : undefined;
  }
}
