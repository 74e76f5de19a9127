// ---- charts: the library comes only when one is about to be seen; below each stands its table
let charts;
const load = src => new Promise((ok, bad) => document.head.append(Object.assign(document.createElement('script'), { src, onload: ok, onerror: bad })));
customElements.define('kp-chart', class extends HTMLElement {
  static observedAttributes = ['data-chart'];
  attributeChangedCallback() { if (this.chart) this.draw(); }
  async connectedCallback() {
    await new Promise(ok => {
      this.seen = new IntersectionObserver(e => e[0].isIntersecting && ok(), { rootMargin: '200px' });
      this.seen.observe(this);
    });
    this.seen.disconnect();
    try { await (charts ??= load(this.dataset.library).then(() => load(this.dataset.look))); } catch { $('.ec', this).classList.add('off'); return; } // the table is there
    if (!this.isConnected) return;
    this.draw();
    this.sized = new ResizeObserver(() => this.chart?.resize());
    this.sized.observe(this);
    this.themed = new MutationObserver(() => this.draw());
    this.themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }
  disconnectedCallback() {
    this.seen?.disconnect(); this.sized?.disconnect(); this.themed?.disconnect();
    this.chart?.dispose();
    this.chart = null;
  }
  draw() {
    const box = $('.ec', this);
    this.chart ??= echarts.init(box, null, { renderer: 'svg' });
    this.chart.setOption(chartLook(JSON.parse(this.dataset.chart), this), true);
  }
});
