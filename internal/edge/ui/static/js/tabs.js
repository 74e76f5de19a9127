// ---- tabs: a strip that scrolls begins with the tab that is open in sight
const toOpenTab = () => $$('.tabs').forEach(strip => {
  const tab = $('[aria-current]', strip);
  if (!tab || strip.scrollWidth <= strip.clientWidth) return;
  const at = tab.getBoundingClientRect(), of = strip.getBoundingClientRect();
  strip.scrollLeft += at.left + at.width / 2 - of.left - of.width / 2;
});
document.addEventListener('htmx:after:swap', toOpenTab);
document.fonts.ready.then(toOpenTab); // letters have their widths by then
toOpenTab();
