// ---- toasts: told by the server in HX-Trigger, or from a data-toast. The live region is in the page from the start.
const TOLD = 5000, WRONG = 10000; // milliseconds
function toast(text, { bad } = {}) {
  const n = document.createElement('div'), words = document.createElement('span');
  n.className = 'toast' + (bad ? ' toast-bad' : '');
  words.textContent = text;
  n.append(icon(bad ? 'alert-triangle' : 'circle-check'), words);
  $('#toasts').append(n);
  setTimeout(() => n.remove(), bad ? WRONG : TOLD);
}
document.addEventListener('toast', e => toast(e.detail.text, e.detail));
document.addEventListener('htmx:error', e => { if (e.detail?.ctx?.status !== 'aborted' && !e.target.closest('kp-live')) toast(document.body.dataset.offline, { bad: true }); });
