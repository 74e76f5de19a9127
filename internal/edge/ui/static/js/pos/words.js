// Words and numbers in the reader's language. Money is in kopecks, points in hundredths, quantities in thousandths.
const root = document.getElementById('pos');
const texts = JSON.parse(document.getElementById('texts').textContent);
export const locale = root.dataset.locale;
const rules = new Intl.PluralRules(locale);
const english = locale.startsWith('en');
const space = '\u00a0';

/** say gives a text of the catalogue; {{.name}} in it becomes args.name. */
export const say = (name, args = {}) => (texts[name] ?? name).replace(/\{\{\.(\w+)\}\}/g, (_, a) => args[a] ?? '');

const grouped = n => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, english ? ',' : space);
const decimals = (n, unit, least) => {
  const whole = Math.trunc(Math.abs(n) / unit), width = String(unit).length - 1;
  let rest = String(Math.abs(n) % unit).padStart(width, '0');
  while (rest.length > least && rest.endsWith('0')) rest = rest.slice(0, -1);
  return (n < 0 ? '\u2212' : '') + grouped(whole) + (rest ? (english ? '.' : ',') + rest : '');
};

/** money writes kopecks: 1 250,50 ₽. */
export const money = n => english ? (n < 0 ? '\u2212' : '') + '₽' + decimals(Math.abs(n), 100, 2) : decimals(n, 100, 2) + space + '₽';
/** number writes hundredths of points without their name. */
export const number = n => decimals(n, 100, n % 100 ? 2 : 0);
export const signed = n => (n > 0 ? '+' : '') + number(n);
export const quantity = n => decimals(n, 1000, 0);
/** noun is the name of so many points. */
export const noun = n => say('points-' + (n % 100 ? 'few' : { one: 'one', few: 'few' }[rules.select(n / 100)] ?? 'many'));
export const points = n => number(n) + space + noun(n);
/** way names a kind of money. */
export const way = kind => say(texts['paid-' + kind] ? 'paid-' + kind : 'other', { kind });
let zone;
/** setZone says whose clock times are told by: the outlet's, whatever the machine is set to. */
export const setZone = z => { zone = z; };
const hm = { hour: '2-digit', minute: '2-digit' };
export const clock = at => new Date(at).toLocaleTimeString(locale, { ...hm, timeZone: zone });
/** moment is a day and a time of it. */
export const moment = at => new Date(at).toLocaleString(locale, { ...hm, day: '2-digit', month: '2-digit', year: 'numeric', timeZone: zone });

// ungrouped has a point for the decimals and nothing between thousands: in English 1,000 is a thousand, in Russian one.
const ungrouped = s => english && /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(s) ? s.replaceAll(',', '') : s.replace(',', '.');
/** amount reads a sum as it is typed, 1250 or 1 250,50, as kopecks; NaN: it is none. */
export function amount(text) {
  const t = ungrouped(text.replace(/[\s\u00a0₽]/g, ''));
  if (!/^\d{1,9}(\.\d{0,2})?$/.test(t)) return NaN;
  const [whole, rest = ''] = t.split('.');
  return Number(whole) * 100 + Number(rest.padEnd(2, '0'));
}
/** pieces reads a quantity, 2 or 0,375, as thousandths; NaN: it is none. */
export function pieces(text) {
  const t = ungrouped(text.trim());
  if (!/^\d{1,6}(\.\d{0,3})?$/.test(t)) return NaN;
  const [whole, rest = ''] = t.split('.');
  return Number(whole) * 1000 + Number(rest.padEnd(3, '0'));
}
/** plain writes a quantity as the API reads it. */
export const plain = n => {
  const rest = String(n % 1000).padStart(3, '0').replace(/0+$/, '');
  return Math.trunc(n / 1000) + (rest ? '.' + rest : '');
};
