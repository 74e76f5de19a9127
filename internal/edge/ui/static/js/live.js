// ---- figures that stay true while they are looked at: the part asks for itself again, at once where the page is come back to.
// Not while nobody sees it, and not for ever: a page left open must not keep its reader signed in.
const LOOK_EVERY = 30e3, LEFT_ALONE = 2 * 3600e3; // milliseconds
customElements.define('kp-live', class extends HTMLElement {
  connectedCallback() {
    this.at = Date.now();
    this.touched = () => { this.at = Date.now(); };
    this.look = () => { if (!document.hidden && Date.now() - this.at < LEFT_ALONE) this.dispatchEvent(new Event('look')); };
    this.timer = setInterval(this.look, LOOK_EVERY);
    for (const e of ['pointermove', 'keydown']) addEventListener(e, this.touched, { passive: true });
    document.addEventListener('visibilitychange', this.look);
  }
  disconnectedCallback() {
    clearInterval(this.timer);
    for (const e of ['pointermove', 'keydown']) removeEventListener(e, this.touched);
    document.removeEventListener('visibilitychange', this.look);
  }
});
