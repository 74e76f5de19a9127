// A receipt's text on paper: what a printer of the till's width takes.
import { $ } from './render.js';
import { money, number, quantity, say } from './words.js';
import { state } from './sale.js';

const row = (a, b) => {
  const p = document.createElement('p'), left = document.createElement('span'), right = document.createElement('span');
  left.textContent = a; right.textContent = b; right.className = 'num';
  p.append(left, right);
  return p;
};

/** print prints what was sold. */
export function print() {
  const s = state.sold;
  if (!s) return;
  const head = document.createElement('h2');
  head.textContent = state.start.outlet.name;
  const list = [row(say('paper-title', { number: s.number }), new Date(s.at).toLocaleString())];
  s.lines.forEach((l, i) => {
    const q = s.quote.lines[i];
    list.push(row(l.name + (l.quantity === 1000 ? '' : ' ' + quantity(l.quantity) + ' × ' + money(l.price)), money(q.gross - (q.discount || 0))));
  });
  if (s.quote.paid_with_points) list.push(row(say('by-points'), money(-s.quote.paid_with_points)));
  list.push(row(say('paper-total'), money(s.quote.due)));
  if (s.answer?.member) {
    list.push(row(say('shift-earned'), number(s.answer.earned)), row(say('shift-spent'), number(s.answer.spent)), row(say('member-balance'), number(s.answer.balance.active)));
  }
  for (const m of s.quote.messages ?? []) list.push(row(m, ''));
  list.push(row(say('paper-thanks'), ''));
  $('#paper').replaceChildren(head, ...list);
  $('#paper').hidden = false;
  window.print();
  $('#paper').hidden = true;
}
