// The engine that judges where there is no network, in a worker of its own: the page answers keys while it starts. The line
// before this one has STARTER and PROGRAM, the addresses of what it is.
importScripts(STARTER);
const engine = (async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch(PROGRAM), go.importObject);
  go.run(instance);
  return self.kopilkaRules;
})();

// A failure is the worker's own: whoever began it begins another.
self.onmessage = ({ data }) => engine
  .then(e => postMessage({ id: data.id, answer: e[data.name](...data.args) }))
  .catch(e => setTimeout(() => { throw e; }));
