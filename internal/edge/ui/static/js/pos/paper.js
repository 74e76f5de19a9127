// A receipt's text on paper: what a printer of the till's width takes.
import { $ } from './render.js';
import { moment, money, number, quantity, say, way } from './words.js';
import { nameOf, state } from './sale.js';

const row = (a, b) => {
  const p = document.createElement('p'), left = document.createElement('span'), right = document.createElement('span');
  left.textContent = a; right.textContent = b; right.className = 'num';
  p.append(left, right);
  return p;
};

/** sold is what was sold now, as it is printed. */
export const sold = s => ({
  number: s.number, at: s.at, cashier: state.start.duty?.name, payments: s.payments, points: s.quote.paid_with_points, due: s.quote.due, got: s.got, messages: s.quote.messages ?? [], refunds: s.backs,
  lines: s.lines.map((l, i) => ({ ...l, name: nameOf(l), due: s.quote.lines[i].gross - (s.quote.lines[i].discount || 0) })),
  member: s.answer?.member && { earned: s.answer.earned, spent: s.answer.spent, balance: s.backs ? undefined : s.answer.balance.active },
});

/** paper prints a receipt: that of now, or one that was sold before. */
export function paper(s) {
  const head = document.createElement('h2');
  head.textContent = state.start.outlet.name;
  const list = [row(say('paper-title', { number: s.number }), moment(s.at))];
  if (s.cashier) list.push(row(say('paper-cashier', { name: s.cashier }), ''));
  for (const l of s.lines) list.push(row(l.name + (l.quantity === 1000 ? '' : ' ' + quantity(l.quantity) + ' × ' + money(l.price)), money(l.due)));
  if (s.points) list.push(row(say('by-points'), money(-s.points)));
  list.push(row(say('paper-total'), money(s.due)));
  for (const p of s.payments) list.push(row(say('paper-paid', { how: way(p.kind) }), money(p.amount)));
  if (s.got > s.due) list.push(row(say('paper-got'), money(s.got)), row(say('paper-change'), money(s.got - s.due)));
  if (s.member) list.push(row(say('shift-earned'), number(s.member.earned)), row(say('shift-spent'), number(s.member.spent)));
  if (s.member?.balance !== undefined) list.push(row(say('member-balance'), number(s.member.balance)));
  for (const r of s.refunds ?? []) list.push(row(say('paper-refund', { at: moment(r.at) }), money(-r.money)), ...r.points ? [row(r.points, '')] : []);
  if (s.refunds?.length) list.push(row(say('paper-left'), money(s.refunds.reduce((n, r) => n - r.money, s.due))));
  for (const m of s.messages) list.push(row(m, ''));
  list.push(row(say('paper-thanks'), ''));
  $('#paper').replaceChildren(head, ...list);
  $('#paper').hidden = false;
  window.print();
  $('#paper').hidden = true;
}
