// ---- what is said by attributes: data-dialog opens one, data-close closes it, data-copy copies, data-theme-toggle, data-menu
document.addEventListener('click', e => {
  const t = e.target.closest('[data-dialog],[data-close],[data-theme-toggle],[data-menu],[data-copy],[data-toast]');
  const side = $('.side.open');
  if (side && !e.target.closest('.side') && !t?.matches('[data-menu]')) side.classList.remove('open');
  if (e.target.matches('dialog')) e.target.close(); // its backdrop
  if (!t) return;
  if (t.dataset.dialog) { openPops().forEach(p => p.hidePopover()); document.getElementById(t.dataset.dialog)?.showModal(); }
  if ('close' in t.dataset) t.closest('dialog')?.close();
  if ('menu' in t.dataset) t.setAttribute('aria-expanded', $('.side').classList.toggle('open'));
  if (t.dataset.copy) navigator.clipboard?.writeText(t.dataset.copy).then(() => toast(t.dataset.copied));
  if (t.dataset.toast) toast(t.dataset.toast);
  if ('themeToggle' in t.dataset) {
    const root = document.documentElement, to = root.dataset.theme === 'dark' ? 'light' : 'dark';
    root.dataset.theme = to;
    delete root.dataset.auto;
    document.cookie = `theme=${to};path=/;max-age=31536000;samesite=lax`;
  }
});
document.addEventListener('keydown', e => {
  if ((e.ctrlKey || e.metaKey) && e.code === 'KeyK' && $('#global')) { e.preventDefault(); $('#global').focus(); }
  if (e.key === '/' && !/INPUT|TEXTAREA|SELECT/.test(document.activeElement?.tagName)) { const q = $('#q'); if (q) { e.preventDefault(); q.focus(); } }
});
