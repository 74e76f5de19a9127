import en from './texts-en.js';
import ru from './texts-ru.js';
import { choices, keep } from './dom.js';

const all = { ru, en };

export const lang = () => document.documentElement.lang;

export function setLang(to) {
  document.documentElement.lang = to;
  keep(choices, 'lang', to);
}

// t is the text of a key, with {name} replaced.
export function t(key, args = {}) {
  const text = all[lang()][key];
  return text === undefined ? key : text.replace(/\{(\w+)\}/g, (_, name) => args[name]);
}

export const has = (key) => all[lang()][key] !== undefined;

// count is "3 fields": forms stand in the text as one|few|many (one|many).
export function count(key, n) {
  const forms = t(key).split('|');
  const rule = new Intl.PluralRules(lang()).select(n);
  const at = { one: 0, few: 1, many: forms.length - 1, other: forms.length - 1 }[rule];
  return number(n) + '\u00a0' + forms[at];
}

export const number = (n) => new Intl.NumberFormat(lang()).format(n);
