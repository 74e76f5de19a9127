// Keeps the cashier workplace in the browser, so that it opens with no network. FILES are the page and what it loads, by
// addresses that name their version; the line before this one has them.
const NAME = 'till-' + FILES.join().split('').reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7);

self.addEventListener('install', e => e.waitUntil(caches.open(NAME).then(c => c.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener('activate', e => e.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('till-') && name !== NAME) await caches.delete(name);
  await self.clients.claim();
})()));

// The page is asked for anew where it comes soon, so that another version and another language are seen; its files are
// never other than they were; the page itself is no such file.
async function page(request) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(3000) });
    if (answer.ok && !answer.redirected) await cache.put(FILES[0], answer.clone());
    if (answer.status < 500) return answer;
  } catch { /* no network */ }
  return await cache.match(FILES[0]) ?? Response.error();
}

self.addEventListener('fetch', e => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (e.request.mode === 'navigate') { e.respondWith(page(e.request)); return; }
  if (FILES.indexOf(url.pathname + url.search) > 0) e.respondWith(caches.match(e.request).then(kept => kept ?? fetch(e.request)));
});
