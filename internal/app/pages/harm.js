// What a test of texts that would run does in a page of the console: it fills the
// forms of other pages in, and reads pages as a browser would build them.
({
  page: async (path) => {
    const answer = await fetch(path);
    const text = await answer.text(), html = answer.headers.get("Content-Type")?.startsWith("text/html");
    return { status: answer.status, text, doc: html && new DOMParser().parseFromString(text, "text/html") };
  },

  // send fills the form of a page in, with what it has already and what is given,
  // and tells where that has led, or what was wrong.
  // Without a path the page is that which the last one has led to.
  async send({ path, action, label, harm, brief, rest }) {
    const { doc } = path ? await this.page(path) : { doc: window.last };
    path ||= window.lastPath;
    const fields = [...harm, ...brief, ...Object.keys(rest)];
    const form = [...doc.querySelectorAll("form[method=post]")].find((f) =>
      (f.getAttribute("action") || path).split("?")[0].endsWith(action || path.split("?")[0]) && fields.every((name) => f.elements[name]));
    if (!form) return { wrong: `no form with ${fields} on the page ${doc.title}: ` + [...doc.forms].map((f) => f.getAttribute("action") + " " + [...f.elements].map((e) => e.name)).join("; ") };
    for (const name of harm) form.elements[name].value = `${label}.${name}~"'><img src=x onerror=harmed=1><script>harmed=1</script>`;
    for (const name of brief) form.elements[name].value = `${label}.${name}~"'><img src=x>`;
    for (const [name, value] of Object.entries(rest)) {
      const field = form.elements[name];
      const all = field.options ?? (field.length === undefined ? [field] : [...field]);
      const first = [...all].find((o) => value === "*" ? o.value && !o.disabled : o.value === value);
      if (field.options) field.value = first?.value;
      else if (first && "checked" in first && /radio|checkbox/.test(first.type)) first.checked = true;
      else field.value = value;
    }
    const data = new URLSearchParams(new FormData(form));
    if (rest.do) data.set("do", rest.do); // a button
    const answer = await fetch(form.getAttribute("action") || path, { method: "POST", body: data });
    const text = await answer.text();
    const after = new DOMParser().parseFromString(text, "text/html");
    [window.last, window.lastPath] = [after, new URL(answer.url).pathname];
    const wrong = [...after.querySelectorAll("main .err, main [role=alert]")].map((x) => x.textContent.trim()).join("; ");
    if (answer.status >= 400) return { wrong: answer.status + " " + (wrong || after.title) };
    const to = new URL(answer.url);
    return { at: to.pathname + (to.searchParams.has("code") ? "?code=" + to.searchParams.get("code") : "") };
  },

  // walk reads the console from some addresses on, each kind of page a few times,
  // and tells what it has seen there and what was built out of a text.
  async walk(from, each) {
    const kinds = {}, met = new Set(), seen = new Set(), wrong = [], paths = [];
    const queue = [...from];
    const kindOf = (u) => u.pathname.replace(/\/-?\d[\d-]*/g, "/1") + "?" + [...new Set(u.searchParams.keys())].sort().join();
    const read = async (u) => {
      const { status, text, doc } = await this.page(u.pathname + u.search);
      paths.push(u.pathname);
      if (status >= 400) { wrong.push(`${u.pathname}${u.search}: ${status}`); return; }
      if (!doc) return;
      for (const [, label] of text.matchAll(/([a-z]\d\d\.[a-z_.]+)~/gi)) seen.add(label);
      for (const el of doc.querySelectorAll("*")) {
        const bad = [...el.attributes].find((a) => a.name.startsWith("on") || /^\s*javascript:/i.test(a.value) && /^(href|src|action|formaction)$/.test(a.name));
        if (bad || el.matches("img[src=x]") || el.matches("script:not([type='application/json'])") && el.textContent.includes("harmed")) wrong.push(`${u.pathname}${u.search}: ${el.outerHTML.slice(0, 160)}`);
      }
      for (const a of doc.querySelectorAll("a[href^='/admin']")) queue.push(a.getAttribute("href"));
    };
    const next = async () => {
      for (let path; (path = queue.shift()) !== undefined;) {
        const u = new URL(path, location.href);
        u.hash = "";
        const kind = kindOf(u);
        if (met.has(u.href) || u.searchParams.has("lang") || (kinds[kind] ?? 0) >= each) continue;
        met.add(u.href);
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        await read(u);
      }
    };
    while (queue.length) await Promise.all([next(), next(), next(), next()]);
    return { seen: [...seen].sort(), wrong, paths };
  },
})
