// Before anything is drawn: who has chosen no theme gets that of his system.
(() => {
  const root = document.documentElement, dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => { if (root.dataset.auto !== undefined) root.dataset.theme = dark.matches ? 'dark' : 'light'; };
  dark.addEventListener('change', follow);
  follow();
})();
