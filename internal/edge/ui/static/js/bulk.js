// ---- rows that are chosen: a box above all, shift for a range, a bar with what can be done to them
customElements.define('kp-bulk', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', e => {
      if (e.target.id === 'all') return; // its change comes after the click, and must find it as it was left
      const c = e.target.closest('.cb[name=id]');
      if (c) {
        const all = this.boxes;
        if (e.shiftKey && this.last) {
          const [a, b] = [all.indexOf(this.last), all.indexOf(c)].sort((x, y) => x - y);
          all.slice(a, b + 1).forEach(x => { x.checked = c.checked; });
        }
        this.last = c;
      }
      if (e.target.closest('[data-clear]')) this.boxes.forEach(b => { b.checked = false; });
      this.sync();
    });
    this.addEventListener('change', e => { if (e.target.id === 'all') this.boxes.forEach(b => { b.checked = e.target.checked; }); this.sync(); });
    document.addEventListener('htmx:after:swap', this.again = () => this.sync());
    this.sync();
  }
  disconnectedCallback() { document.removeEventListener('htmx:after:swap', this.again); }
  get boxes() { return $$('.cb[name=id]', this); }
  sync() {
    const n = this.boxes.filter(b => b.checked).length, all = $('#all', this), bar = $('.bulk', this);
    if (all) { all.checked = n > 0 && n === this.boxes.length; all.indeterminate = n > 0 && n < this.boxes.length; }
    if (!bar) return;
    bar.classList.toggle('on', n > 0);
    $('[data-n]', bar).textContent = n;
    $$('button,a', bar).forEach(b => { b.tabIndex = n ? 0 : -1; });
  }
});
