// ---- popovers: the browser opens and closes them; we only place them beside what opened them
const openPops = () => { try { return $$('[popover]:popover-open'); } catch { return []; } }; // the selector throws in browsers without popovers
function place(p, b) {
  const r = b.getBoundingClientRect(), w = p.offsetWidth, h = p.offsetHeight, m = 8;
  let x = p.dataset.end === undefined ? r.left : r.right - w, y = r.bottom + 6;
  if (y + h > innerHeight - m && r.top - h - 6 > m) y = r.top - h - 6;
  p.style.left = Math.max(m, Math.min(x, innerWidth - w - m)) + 'px';
  p.style.top = Math.max(m, Math.min(y, innerHeight - h - m)) + 'px';
}
const opener = p => $(`[popovertarget="${CSS.escape(p.id)}"]`);
document.addEventListener('toggle', e => {
  const p = e.target;
  if (!p.matches?.('[popover].pop')) return;
  const b = opener(p), open = e.newState === 'open';
  b?.setAttribute('aria-expanded', open);
  if (open && b) { place(p, b); (p.querySelector('[autofocus]') ?? p.querySelector('a,button,input,select'))?.focus(); }
}, true);
const replace = () => openPops().forEach(p => { const b = opener(p); if (b) { place(p, b); b.setAttribute('aria-expanded', true); } });
document.addEventListener('htmx:after:swap', replace); // the answer knows of no places
addEventListener('scroll', replace, { passive: true });
addEventListener('resize', replace, { passive: true });
// Arrows walk through a menu.
document.addEventListener('keydown', e => {
  const menu = e.target.closest?.('[popover].pop');
  if (!menu || !/^(ArrowDown|ArrowUp|Home|End)$/.test(e.key) || /INPUT|TEXTAREA|SELECT/.test(e.target.tagName)) return;
  const all = $$('a,button:not([disabled])', menu), at = all.indexOf(document.activeElement);
  if (!all.length) return;
  e.preventDefault();
  all[{ ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[e.key]].focus();
});
