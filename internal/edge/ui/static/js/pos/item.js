// What is bought: goods by their barcode, by words, or a bare sum; and the goods that are at hand.
import { $, $$, button, fill, note, put, wrong } from './render.js';
import { Refused } from './net.js';
import * as keep from './keep.js';
import * as sale from './sale.js';
import * as stock from './goods.js';
import { amount, money, pieces, say } from './words.js';
import { quick } from './desk.js';
import { beep, cyrillic } from './keys.js';
import { look } from './looking.js';
import { typing } from './fields.js';

const MOST = 100_000_000_00; // kopecks of a line: what is more was typed wrong

const PHONE = /^(\+?7|8)?9\d{9}$/;
/** isPhone tells a phone, however it is written. */
export const isPhone = text => PHONE.test(text.replace(/[\s()-]/g, ''));
const NUMBER = /^\+?\d(?:[\s()-]*\d){7,}$/; // as long as those of cards and phones
const TIMES = /^(\d+(?:[.,]\d+)?)\s*[*xх×]\s*(.+)$/i; // 2*name: how many, and of what

let asked; // a product whose price is typed next
let last = Promise.resolve();
/** before is all that was typed by now, and after has what is typed from then on come after a look-up. */
export const before = () => last;
export const after = is => { last = Promise.allSettled([last, is]); };
let numbered;
/** onNumber names what gives, as a number is typed, what finds whose it is. */
export const onNumber = f => { numbered = f; };
/** item takes what was typed as a good or a sum, after all that was typed before it, however long that is looked up. */
export function item(text) {
  text = text.trim();
  put('#item-error'); offers([]);
  if (!text) return last;
  const whose = NUMBER.test(text) ? numbered() : null, earlier = last, is = look(text, async gone => {
    await earlier.catch(() => {});
    return gone() || typed(text, gone, () => last !== is, whose);
  });
  last = is;
  return is;
}
const READ = 700; // milliseconds in which nobody reads what is wrong: who types on has not seen it
let restored; // what was put back into the field, and is typed over next
/** asMember gives the phone that was typed as a good, which is told to be none; '': none was. */
export function asMember() {
  const e = $('#item'), phone = restored && e?.value === restored.text && isPhone(e.value) ? e.value : '';
  if (!phone) return '';
  e.value = ''; restored = null;
  put('#item-error');
  return phone;
}
/** typed takes a sum, or a good by its words or number, with how many of it; false: it is left to the cashier. more tells that
 * another was typed after it, and whose finds the member of a number that is no good's. */
export async function typed(text, gone, more = () => false, whose = null) {
  // What could not be taken stands in the field again, or beside it where another is typed there by now.
  const back = (words, otherwise) => {
    const kept = otherwise ?? (/[«“]/.test(words) && words.includes(text) ? words : say('missed-what', { text, words }));
    if ($('#item')?.value !== '' || typing() || more()) { miss(kept, text); return false; }
    $('#item').value = text;
    $('#item').select();
    restored = { at: Date.now(), words: kept, text };
    if (words) badItem(words);
    return true;
  };
  const bad = (words, otherwise) => { back(words, otherwise); return false; };
  const [, times, rest] = TIMES.exec(text) ?? [null, null, text];
  const quantity = times ? pieces(times) : 1000, sum = amount(rest);
  if (!quantity) return bad(say('bad-count'));
  if (sum * quantity > MOST * 1000) return bad(say('bad-much'));
  if (asked) {
    const code = /^\d{8,}$/.test(rest); // of another good, and no price
    if (!sum || code) return code || /\p{L}/u.test(rest) ? bad(say('price-first', { name: asked.name }), say('missed-price', { text })) : bad(say('bad-amount'));
    take({ ...asked, price: sum, asked: true }, times ? quantity : asked.quantity);
    return true;
  }
  if (/^[-+−]?\d+[.,]\d*$|^[-+−]\d+$/.test(rest) && !sum) return bad(say('bad-amount'));
  if (!Number.isNaN(sum) && (/[.,]/.test(rest) || rest.replace(/\D/g, '').length < 8)) {
    if (!sum) return bad(say('bad-amount'));
    take({ sku: 'sum', price: sum }, quantity);
    return true;
  }
  const q = rest.replace(/^#/, '');
  let list = await goods(q);
  if (list && !list.length && /[a-z]{2}/i.test(q)) list = await goods(cyrillic(q)); // the keyboard was Latin
  if (gone()) return true;
  if (whose && !list?.[0]?.exact) {
    found(text); put('#item-error');
    return whose(text, gone, why => bad(why ?? say(isPhone(text) ? 'goods-phone' : 'not-found-any', { text, code: text })));
  }
  if (!list) return bad(say('network'));
  const words = /[a-zа-яё]/i.test(rest);
  if (!list.length || !words && !list[0].exact) return bad(!words && /[.,+=-]/.test(rest) ? say('bad-amount') : say('no-goods', { text: rest }));
  if (list.length === 1 || list[0].exact) { found(text); mended(list[0].name); return pick(list[0], quantity); }
  if (back('', say('many-goods', { text }))) offers(list, quantity);
  return false;
}
/** goods finds them by a text; nothing where they could not be asked for, which is told. */
export async function goods(q) {
  try {
    const list = await stock.find(q);
    if (!list) badItem(say('network'));
    return list;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    badItem(e.message);
  }
}
/** badItem tells what is wrong with what was typed. */
export function badItem(text) { put('#item-error', wrong(text)); beep(false); }
/** miss keeps in sight what was shown or typed and is on no receipt: nothing is paid until it was seen to. */
export function miss(text, what, ...deeds) {
  if (!$('#missed')) { keep.change('missed', list => [...list ?? [], { text, what }]); return; } // nobody is on duty: it is shown to whoever will be
  const entry = wrong(text, ...deeds, button(say('put-away'), 'see'));
  entry.dataset.what = what;
  $('#missed').append(entry);
  keepMissed();
  beep(false);
}
// keepMissed keeps the list beside the receipt, for a page that is read anew; anew puts it there again, and asks again for a price.
const keepMissed = () => keep.set('missed', $$('#missed .perr').map(e => ({
  text: $('[data-f=text]', e).textContent, what: e.dataset.what,
  deeds: $$('[data-code]', e).map(b => ({ name: b.textContent, deed: b.dataset.do, primary: b.matches('.btn-p'), data: { code: b.dataset.code } })),
})));
export async function anew() {
  if (!missed()) for (const { text, what, deeds = [] } of await keep.get('missed') ?? []) miss(text, what, ...deeds.map(d => button(d.name, d.deed, d)));
  asked ??= await keep.get('priced');
  if (asked) askPrice(asked);
}
/** missed tells whether there is such; seen puts it away, and found what was shown or typed so. */
export const missed = () => $('#missed')?.childElementCount > 0;
export function seen(entry) {
  if (!missed()) return;
  if (entry) entry.remove(); else put('#missed');
  keepMissed();
}
export const found = what => $$('#missed .perr').forEach(e => { if (e.dataset.what === what) seen(e); });
// mended puts away a word that was mistyped, once a good was typed or chosen: its name has a word that begins alike.
function mended(name) {
  const begins = w => /^[a-zа-яё]{3}/i.test(w) ? w.slice(0, 3).toLowerCase() : '', all = name.split(/\s+/).map(begins).filter(Boolean);
  for (const e of $$('#missed .perr')) {
    const is = begins((TIMES.exec(e.dataset.what)?.[2] ?? e.dataset.what).trim());
    if (is && (all.includes(is) || all.includes(cyrillic(is)))) seen(e);
  }
}
let lost; // what was not found before anything was on the receipt
/** lose tells of a code that is nobody's and no good's. What was scanned may have been a good: where the next good follows it is
 * kept in sight; what was typed was read, but for a moment. */
export function lose(code, text, scanned, ...deeds) {
  lost = { code, text, deeds, scanned, at: Date.now() };
  put('#scan-error', wrong(text, ...deeds));
  beep(false);
}
function keepLost() {
  const is = lost;
  lost = null;
  if (!is || !$('#scan-error')?.childElementCount) return;
  if ($('#scan').value.trim() === is.code) $('#scan').value = '';
  if (is.scanned || Date.now() - is.at < READ) miss(is.text, is.code, ...is.deeds);
}
/** begin forgets what was typed, asked for and not found: the receipt has ended. */
export function begin() {
  lost = restored = null;
  noPrice(); seen(); offers([]);
}
/** pick puts a good on the receipt, or asks what it costs: of one at a time. false: another is asked about. */
export function pick(g, quantity) {
  offers([]);
  if (g.price) { take(g, quantity); return true; }
  if (asked) { miss(say('missed-what', { text: g.name, words: say('price-first', { name: asked.name }) }), g.name); return false; }
  asked = { ...g, quantity };
  keep.set('priced', asked);
  if (!$('#item')) return true; // it is asked for when somebody is on duty
  askPrice(g);
  toItem();
  return true;
}
/** pickAfter picks one of them; one without a price after what was typed before it, which is no price of it. */
export async function pickAfter(earlier, g, gone) {
  if (!g.price) await earlier.catch(() => {});
  return gone() || pick(g, 1000);
}
/** toItem has the next good typed, but for where something is being typed. */
export function toItem() {
  const e = $('#item');
  if (!e || typing()) return;
  e.blur(); // a dialog that is closed gives the cursor back, but what is typed goes on nowhere
  e.focus();
}
function askPrice(g) {
  $('#item').placeholder = say('price-of', { name: g.name });
  put('#item-error', note({ tone: 'warn', icon: 'alert-triangle', text: say('price-of', { name: g.name }) }));
}
// noPrice forgets that a price was asked for.
function noPrice() {
  if (asked) keep.set('priced', null);
  asked = null;
  put('#item-error');
  if ($('#item')) $('#item').placeholder = $('#item-label').textContent;
}
function take(g, quantity) {
  if (!asked || g.asked) noPrice(); // another's price is asked for still
  keepLost();
  put('#scan-error');
  sale.add({ sku: g.sku, name: g.name, price: g.price, product: g.product, asked: g.asked }, quantity);
  beep(true);
  toItem();
}
let offered = [], at = 0, offeredQuantity, offeredFor; // what was typed as they were offered
function offers(list, quantity = 1000) {
  offered = list; at = 0; offeredQuantity = quantity;
  const box = $('#offers'), input = $('#item');
  if (!box) return;
  offeredFor = input.value.trim();
  box.hidden = !list.length;
  input.setAttribute('aria-expanded', String(list.length > 0));
  put(box, ...list.map((g, i) => {
    const o = $('#t-offer').content.firstElementChild.cloneNode(true);
    fill(o, { name: g.name, price: g.price ? money(g.price) : '' });
    o.id = 'offer-' + i; o.dataset.offer = i;
    o.setAttribute('aria-selected', String(i === at));
    return o;
  }));
  if (list.length) input.setAttribute('aria-activedescendant', 'offer-0'); else input.removeAttribute('aria-activedescendant');
}
/** moveOffer chooses another of what is offered. */
export function moveOffer(by) {
  at = Math.max(0, Math.min(offered.length - 1, at + by));
  $$('[data-offer]').forEach((o, i) => o.setAttribute('aria-selected', String(i === at)));
  $('#item').setAttribute('aria-activedescendant', 'offer-' + at);
  $('#offer-' + at)?.scrollIntoView({ block: 'nearest' });
}
/** loadQuick puts the till's own most sold goods at hand, also with no network. */
export async function loadQuick() {
  const all = Object.values(await keep.get('quick') ?? {});
  quick.all = all;
  quick.list = all.sort((a, b) => b.n - a.n).slice(0, 8);
}
/** atHand puts one of them on the receipt as the catalogue has it by now; where that can't be asked, as the till knows it. */
export function atHand(g) {
  if (sale.busy()) { beep(false); return; }
  const earlier = last;
  after(look(g.name, async gone => {
    const list = await goods(g.sku), is = list?.find(x => x.sku === g.sku);
    if (gone()) return true;
    if (list && !is) { miss(say('no-goods', { text: g.name }), g.name); return false; }
    if (!asked) put('#item-error');
    return pickAfter(earlier, is ?? g, gone);
  }));
}
/** count notes what was sold, so that the most sold is at hand. */
export async function count(lines) {
  const sold = await keep.get('quick') ?? {};
  for (const l of lines) if (l.sku !== 'sum') sold[l.sku] = { sku: l.sku, name: l.name, price: l.asked ? 0 : l.price, product: l.product, n: (sold[l.sku]?.n ?? 0) + 1 };
  const best = Object.values(sold).sort((a, b) => b.n - a.n).slice(0, 200);
  await keep.set('quick', Object.fromEntries(best.map(g => [g.sku, g])));
  await loadQuick();
}

let suggesting;
/** suggest offers goods as their name is typed, with their number before it or not. */
export function suggest(text) {
  clearTimeout(suggesting);
  const over = restored && text && text.length < restored.text.length - 1; // not mended
  if (restored && (Date.now() - restored.at < READ || over && NUMBER.test(restored.text))) miss(restored.words, restored.text);
  restored = null;
  const [, times, name] = TIMES.exec(text) ?? [null, null, text];
  if (!asked) put('#item-error');
  if (asked || !/[a-zа-яё]/i.test(name) || name.trim().length < 2) { offers([]); return; }
  suggesting = setTimeout(async () => {
    const list = await goods(name.trim());
    if (list && $('#item')?.value === text) offers(list, times ? pieces(times) : 1000);
  }, 150);
}

/** priceAsked is the good whose price is typed next. */
export const priceAsked = () => asked;
/** offering tells whether goods are offered for what stands in the field. */
export const offering = () => offered.length > 0 && $('#item').value.trim() === offeredFor;
/** takeOffer takes what is chosen of what is offered, or what was clicked. */
export function takeOffer(i = at) {
  if (sale.busy()) { badItem(say('asking')); return; }
  $('#item').value = '';
  mended(offered[i].name);
  pick(offered[i], offeredQuantity);
}
/** drop gives up what was offered or asked; false: nothing was. */
export function drop() {
  restored = null; // it was seen
  if (missed()) { seen(); return true; }
  if (offered.length) { offers([]); return true; }
  if (!asked) return false;
  noPrice();
  return true;
}
