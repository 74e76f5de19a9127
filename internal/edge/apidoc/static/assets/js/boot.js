// Runs before the first paint: theme and language are known before anything is shown.
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem('kopilka.' + name);
    } catch {
      return null; // the browser keeps nothing for this site
    }
  };
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = () => {
    root.dataset.theme = kept('theme') || (dark.matches ? 'dark' : 'light');
  };
  theme();
  dark.addEventListener('change', theme);
  const wanted = navigator.languages.map((l) => l.slice(0, 2).toLowerCase()).find((l) => l === 'ru' || l === 'en');
  const lang = kept('lang');
  root.lang = lang === 'ru' || lang === 'en' ? lang : wanted || 'ru';
})();
