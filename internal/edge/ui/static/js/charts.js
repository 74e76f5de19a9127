// How charts look: the only place that knows the library. The server sends {kind, x, series}; colours come from the tokens.
window.chartLook = (d, box) => {
  const root = document.documentElement, style = getComputedStyle(root), v = n => style.getPropertyValue(n).trim();
  const ink = v('--ink'), ink2 = v('--ink-2'), line = v('--line'), font = v('--font').split(',')[0].replace(/"/g, '');
  const nf = new Intl.NumberFormat(root.lang, { maximumFractionDigits: 2 }), short = new Intl.NumberFormat(root.lang, { notation: 'compact' });
  const unit = d.unit ? ' ' + d.unit : '';
  const x = { type: 'category', data: d.x, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: ink2, fontSize: 12, hideOverlap: true } };
  const tight = box.clientWidth < 420;
  if (d.kind === 'bars' && d.x.length < 8) Object.assign(x.axisLabel, { interval: 0, hideOverlap: false, rotate: tight && d.x.length > 3 ? 35 : 0 }); // each is a name of its own
  const y = { type: 'value', splitNumber: 4, minInterval: d.whole ? 1 : 0, axisLabel: { color: ink2, fontSize: 12, formatter: n => short.format(n) }, splitLine: { lineStyle: { color: line } } };
  const base = {
    color: d.series.map(s => v(s.color)), textStyle: { fontFamily: font, color: ink2, fontSize: 12 },
    animationDuration: matchMedia('(prefers-reduced-motion:reduce)').matches ? 0 : 350,
    tooltip: {
      trigger: 'axis', backgroundColor: v('--raised'), borderColor: line, padding: [8, 12], textStyle: { color: ink, fontSize: 13, fontFamily: font },
      valueFormatter: n => nf.format(n) + unit, axisPointer: { type: d.kind === 'bars' ? 'shadow' : 'line', lineStyle: { color: line }, shadowStyle: { color: 'rgba(120,120,120,.08)' } },
      extraCssText: 'box-shadow:0 8px 24px rgba(0,0,0,.12);border-radius:10px',
    },
    legend: { show: d.series.length > 1, top: 0, right: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { color: ink, fontSize: 13, fontFamily: font } },
    grid: { left: 4, right: 6, top: d.series.length > 2 && tight ? 58 : d.series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
  };
  if (d.kind === 'bars') {
    return {
      ...base, xAxis: x, yAxis: y,
      series: d.series.map((s, i) => ({ name: s.name, type: 'bar', stack: 'all', data: s.data, barMaxWidth: 18, itemStyle: { borderRadius: i ? [0, 0, 4, 4] : [4, 4, 0, 0] } })),
    };
  }
  return {
    ...base, xAxis: { ...x, boundaryGap: false }, yAxis: y,
    series: d.series.map((s, i) => ({
      name: s.name, type: 'line', data: s.data, smooth: .2, symbol: 'none', lineStyle: { width: i ? 2 : 2.5, type: i ? [4, 4] : 'solid' },
      areaStyle: i ? null : { color: { type: 'linear', x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: v(s.color) + '38' }, { offset: 1, color: v(s.color) + '00' }] } },
    })),
  };
};
