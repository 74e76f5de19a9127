// Draws the receipt that is made, and who buys.
import { $, $$, button, fill, make, note, put, rows, wrong } from './render.js';
import { clock, money, noun, number, points, quantity, say, signed, way } from './words.js';
import { isOnline } from './net.js';
import { toNext } from './keys.js';
import { keptIn, typing } from './fields.js';
import { gross, grossOf, hasCode, nameOf, payable, state, unread, whyNone } from './sale.js';

/** quick are the goods that this till sells the most. */
export const quick = { list: [] };

/** draw shows the state; the desk is made once and filled anew each time, so nothing that is typed is lost. */
export function draw() {
  if (!$('#screen .pwrap')) put('#screen', make('desk'));
  document.body.classList.toggle('has-receipt', state.lines.length > 0);
  drawMember();
  drawLines();
  drawTotals();
  drawPoints();
  drawCodes();
}

/** atDesk tells whether a receipt is being made. */
export const atDesk = () => !!$('#screen .pwrap');
/** atDone tells whether what was sold is seen: the till may be locked over it. */
export const atDone = () => !!$('#screen .pdone');
/** next puts the cursor where the next deed is, but for where something is being typed. */
export const next = () => { if (!typing()) toNext(state.sold ? '.pdone [data-focus]' : state.member || state.lines.length ? '#item' : '#scan'); };

function drawMember() {
  const m = state.member;
  if (!m) { put('#member'); return; }
  const facts = [m.phone, m.card && say('card', { number: m.card })].filter(Boolean).join(' · ');
  const notes = m.notes.map(note), deeds = [];
  if (!m.serves) notes.unshift(note({ tone: 'bad', icon: 'alert-triangle', text: m.why }));
  if (m.activate) deeds.push(button(say('activate'), 'activate', { primary: true }));
  if (m.serves && m.id) deeds.push(button(say('new-card'), 'card'));
  if (!m.id) notes.unshift(note({ tone: 'warn', icon: 'alert-triangle', text: say('not-checked') }));
  const node = make('member', {
    initials: m.initials, name: m.name, level: m.level, facts, active: m.id ? number(m.active) : '', points: m.id ? say('points-on', { noun: noun(m.active) }) : '', notes, deeds,
  });
  put('#member', node);
}

// lineWhy is how much was taken off a line, and by what.
function lineWhy(q, i) {
  const l = q?.lines[i];
  if (!l?.discount) return '';
  const what = [...new Set((l.discounts ?? []).map(d => d.name).filter(Boolean))].join(', ');
  return what ? say('discount-by', { sum: money(-l.discount), what }) : say('discount') + ' ' + money(-l.discount);
}

function drawLines() {
  const box = $('#lines');
  const q = state.quote ?? state.look;
  if (!state.lines.length) {
    put(box, state.member ? make('empty') : make('idle'));
  } else {
    put(box, ...state.lines.map((l, i) => {
      const g = grossOf(l), due = g - (q?.lines[i]?.discount ?? 0);
      const node = make('line', {
        name: nameOf(l), price: l.quantity === 1000 ? '' : quantity(l.quantity) + ' × ' + money(l.price), why: lineWhy(q, i), quantity: quantity(l.quantity),
        gross: due === g ? '' : money(g), due: money(due),
      });
      node.dataset.line = i;
      if (i === state.current) node.setAttribute('aria-current', 'true');
      for (const [cls, text] of [['dec', 'less'], ['inc', 'more'], ['del', 'drop-line']]) $('.' + cls, node).setAttribute('aria-label', say(text, { name: nameOf(l) }));
      return node;
    }));
    $('[aria-current=true]', box)?.scrollIntoView({ block: 'nearest' });
  }
  if (state.lines.length) { box.setAttribute('role', 'list'); box.setAttribute('aria-label', say('lines')); box.tabIndex = 0; } else for (const a of ['role', 'aria-label', 'tabindex']) box.removeAttribute(a);
  put('#quick', ...quick.list.map(g => { const b = button(g.name, 'quick'); b.dataset.sku = g.sku; b.tabIndex = -1; return b; }));
}

function drawTotals() {
  const q = state.quote ?? state.look, sum = gross();
  const list = [];
  if (state.lines.length) list.push([say('goods'), money(q?.gross ?? sum)]);
  if (q?.discount) list.push([say('discount'), money(-q.discount), 'disc']);
  if (q?.paid_with_points) list.push([say('by-points'), money(-q.paid_with_points), 'disc']);
  put('#totals', ...rows(list));
  $('#due').textContent = state.lines.length ? money(q?.due ?? sum) : money(0);
  const earn = !state.member?.serves || !q ? '' : q.alone && !q.earned ? say('if-recorded') : q.earned ? say('will-earn', { points: signed(q.earned) + ' ' + noun(q.earned) }) : '';
  $('#earn').textContent = earn;
  drawTrouble();
  $$('.pays .btn').forEach(b => { b.disabled = !payable() || state.busy; });
  drawSaid(q);
}

// drawTrouble is why it can't be paid so.
function drawTrouble() {
  const why = state.trouble || state.left?.() || '', place = $('#pay-error');
  if (!why) state.left = null;
  if (place.textContent.trim() !== why) put(place, ...why ? [wrong(why)] : []); // the same is not read out anew
}

// drawSaid is what to tell the buyer: messages of the rules, codes that gave nothing, what a little more would bring.
function drawSaid(q) {
  const say1 = t => make('say', { text: t });
  const list = [];
  if (!state.member && state.lines.length && isOnline()) list.push(say1(say('no-member')));
  if (q?.alone && state.spend && !q.spent) list.push(say1(say('offline-points')));
  if (q?.alone) list.push(say1(say(q.judged ? 'offline-judged' : 'offline-sale')));
  if (unread(q).length) list.push(say1(say('offline-codes', { code: unread(q).join(', ') })));
  for (const m of q?.messages ?? []) list.push(say1(m));
  for (const h of q?.hints ?? []) list.push(say1(h.text));
  const said = $('#said');
  if (said.textContent !== list.map(n => n.textContent).join('')) put(said, ...list); // the same is not read out anew
}

function drawPoints() {
  const box = $('#points'), q = state.quote ?? state.look, nobody = whyNone(), here = document.activeElement?.id === 'spend';
  if (nobody && !here && ['most', 0].includes(state.spend)) { put(box); return; }
  if (!$('.bon', box)) put(box, make('points'));
  const most = nobody ? 0 : q?.most ?? 0;
  $('[data-key=","],[data-key="."]', box).disabled = state.start.programme?.spend_step % 100 === 0; // whole points only
  const why = nobody ? '' : !state.lines.length ? say('spend-more') : !q ? '' : q.alone ? say(most ? 'why-offline' : 'why-offline-none') : most === 0 ? say('why-none') : q.most < q.allowed ? say('why-all') : say('why-rule');
  $('.bon', box).classList.toggle('nothing', state.lines.length > 0 && !!q && !most && !(state.spend > 0) && !here);
  fill(box, { most: state.lines.length && !q && !nobody ? say('counting') : say('can-spend', { points: points(most) }), why });
  const input = $('#spend', box);
  input.setAttribute('aria-invalid', String(!!state.look));
  if (!state.look && (document.activeElement !== input || state.spend === 'most') && !Number.isNaN(state.spend)) input.value = number(q ? q.spent : state.spend === 'most' ? 0 : state.spend).replace(/[\s\u00a0]/g, '');
}

function drawCodes() {
  const box = $('#codes'), typed = keptIn('#code') || $('#code')?.value.trim() || document.activeElement?.id === 'code';
  if (!state.lines.length && !state.codes.length && !typed) { put(box); return; }
  if (!$('form', box)) put(box, make('codes'));
  const mine = (state.member?.codes ?? []).filter(c => !hasCode(c.code));
  const unused = (state.quote ?? state.look)?.unused_codes ?? [], of = code => unused.find(u => u.code.toLowerCase() === code.toLowerCase());
  const chips = state.codes.map((code, i) => {
    const chip = make('chip', { text: code }), why = of(code);
    chip.classList.toggle('chip-bad', !!why);
    chip.classList.toggle('chip-unread', unread(state.quote).includes(code));
    chip.dataset.do = 'drop-code'; chip.dataset.index = i;
    chip.setAttribute('aria-label', say('drop-line', { name: code }));
    return chip;
  });
  chips.push(...mine.map(c => button(c.code + ' · ' + c.name, 'take-code', { data: { code: c.code } })));
  fill(box, { list: chips });
  const refused = unused.map(u => u.code + ': ' + u.text).join('; '), place = $('[data-f=refused]', box);
  if (place.textContent !== refused) place.replaceChildren(...(refused ? [wrong(refused)] : []));
}

/** askCode has a promo code typed, also before anything is bought. */
export function askCode() { if (!$('#code')) put('#codes', make('codes')); }

/** askPoints has points typed, also where none can be spent. */
export function askPoints() {
  if (!$('.bon')) put('#points', make('points'));
  $('.bon').classList.remove('nothing');
  toNext('#spend');
  draw();
}

/** drawDone shows what was sold. */
export function drawDone(s) {
  const a = s.answer, member = s.member && (a ? a.member : true);
  const say1 = t => make('say', { text: t });
  const list = [];
  for (const b of s.backs ?? []) list.push(note({ tone: 'warn', icon: 'history', text: b.words }));
  for (const m of s.quote.messages ?? []) list.push(say1(m));
  for (const w of a?.awards ?? []) list.push(say1(say('code-won', { code: w.code })));
  put('#screen', make('done', {
    due: money(s.quote.due), how: say(a ? 'sold' : 'sold-offline', { number: s.number, how: way(s.kind) }), say: list, change: s.got > s.quote.due ? say('cash-change', { sum: money(s.got - s.quote.due) }) : '',
    earned: a ? signed(a.earned) : '…', spent: number(a ? -a.spent : -s.quote.spent), balance: a ? number(a.balance.active) : '…',
  }));
  if (!member || s.backs) $('.pdone .res').remove();
  $('.pdone [data-focus]').focus();
}
/** tell is what the buyer is told of himself as he is after what was sold: a level that he has reached, what is left to the next. */
export function tell(was, is) {
  const words = [is.level && is.level !== was.level ? say('level-now', { level: is.level }) : '', is.next ?? ''].filter(Boolean).join(' ');
  if (words) $('.pdone [data-f=say]')?.append(make('say', { text: say('tell', { what: words }) }));
}

/** tick shows the time. */
export function tick() {
  $('#clock').textContent = clock(Date.now());
}
