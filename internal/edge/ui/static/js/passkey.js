// ---- passkeys: a button with data-passkey asks the browser for one and sends its answer with the form
const bytes = s => Uint8Array.from(atob(s.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
const base64 = b => b ? btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') : undefined;
const known = list => list?.map(c => ({ ...c, id: bytes(c.id) }));
async function passkey(b) {
  if (!window.PublicKeyCredential) return toast(b.dataset.none, { bad: true });
  b.disabled = true;
  try {
    const r = await fetch(b.dataset.ask, { method: 'POST', headers: { accept: 'application/json' } });
    const asked = await r.json();
    if (!r.ok) return toast(asked.detail, { bad: true });
    const o = asked.publicKey;
    const key = await navigator.credentials[b.dataset.passkey]({ publicKey: {
      ...o, challenge: bytes(o.challenge), user: o.user && { ...o.user, id: bytes(o.user.id) },
      excludeCredentials: known(o.excludeCredentials), allowCredentials: known(o.allowCredentials),
    } });
    const a = key.response;
    b.form.elements[b.dataset.into].value = JSON.stringify({
      id: key.id, rawId: base64(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(),
      response: {
        clientDataJSON: base64(a.clientDataJSON), attestationObject: base64(a.attestationObject), transports: a.getTransports?.(),
        authenticatorData: base64(a.authenticatorData), signature: base64(a.signature), userHandle: base64(a.userHandle),
      },
    });
    b.disabled = false; // a button that is off sends nothing
    b.form.requestSubmit(b);
  } catch (e) {
    toast({ NotAllowedError: b.dataset.refused, InvalidStateError: b.dataset.there }[e.name] || b.dataset.failed, { bad: true });
  } finally { b.disabled = false; }
}
document.addEventListener('click', e => {
  const b = e.target.closest('[data-passkey]');
  if (!b) return;
  e.preventDefault();
  if (b.formNoValidate || b.form.reportValidity()) passkey(b);
});
