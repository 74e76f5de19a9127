// The scripts of all workplaces, in one scope. No framework: native popovers and dialogs, delegated events
// and custom elements, so that parts which are swapped in come alive by themselves and nothing needs eval.
const $ = (s, r = document) => r.querySelector(s);
const $$ = (s, r = document) => [...r.querySelectorAll(s)];
const icon = (name, cls = 'ic') => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', cls); svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', document.body.dataset.icons + '#' + name);
  svg.append(use);
  return svg;
};
