// What the till's browser keeps: the receipt that is made, what waits to be told, what was learned while there was a
// network. It outlives a reload and a crash: a write is done when the disk has it.
let base;

function ask(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

/** open must come first. */
export async function open() {
  const request = indexedDB.open('kopilka-till', 2);
  request.onupgradeneeded = e => {
    request.result.createObjectStore('goods', { keyPath: 'sku' }).createIndex('barcode', 'barcodes', { multiEntry: true });
    if (e.oldVersion) return;
    request.result.createObjectStore('kept');
    request.result.createObjectStore('queue', { keyPath: 'seq' });
    request.result.createObjectStore('seen', { keyPath: 'code' }).createIndex('at', 'at');
  };
  base = await ask(request);
  navigator.storage?.persist?.().catch(() => {});
}

async function within(stores, mode, work) {
  const tx = base.transaction(stores, mode, { durability: 'strict' });
  const ended = new Promise((done, failed) => {
    tx.oncomplete = () => done();
    tx.onabort = () => failed(tx.error);
    tx.onerror = () => failed(tx.error);
  });
  const result = await work(tx);
  await ended;
  return result;
}

export const get = name => within(['kept'], 'readonly', tx => ask(tx.objectStore('kept').get(name)));
export const set = (name, value) => within(['kept'], 'readwrite', tx => ask(tx.objectStore('kept').put(value, name)));
/** change makes of what is kept under a name what is kept next, in one step. */
export const change = (name, next) => within(['kept'], 'readwrite', async tx => {
  const kept = tx.objectStore('kept');
  await ask(kept.put(next(await ask(kept.get(name))), name));
});

/** enqueue takes the next number of the till's own sequence, writes what is numbered by it into the queue and beside it what is
 * sold, and puts the open receipt away, in one step: no number is used twice, none is lost with its receipt, and no receipt that
 * is sold is open. */
export const enqueue = (sold, make) => within(['kept', 'queue'], 'readwrite', async tx => {
  const kept = tx.objectStore('kept');
  let s = await ask(kept.get('sequence'));
  s ??= { till: [...crypto.getRandomValues(new Uint8Array(5))].map(b => b.toString(36).padStart(2, '0')).join('').slice(0, 8), last: 0 };
  s.last++;
  await ask(kept.put(s, 'sequence'));
  const item = { seq: s.last, key: `pos-${s.till}-${s.last}`, ...make(s.last) };
  await ask(tx.objectStore('queue').put(item));
  await ask(kept.put({ ...sold, number: item.seq, item }, 'sale'));
  await ask(kept.delete('receipt'));
  return item;
});
/** withdraw takes back what was refused: its receipt is open again. */
export const withdraw = (seq, receipt) => within(['kept', 'queue'], 'readwrite', async tx => {
  await ask(tx.objectStore('queue').delete(seq));
  await ask(tx.objectStore('kept').put(receipt, 'receipt'));
  await ask(tx.objectStore('kept').delete('sale'));
});
export const queued = () => within(['queue'], 'readonly', tx => ask(tx.objectStore('queue').getAll()));
export const requeue = item => within(['queue'], 'readwrite', tx => ask(tx.objectStore('queue').put(item)));
export const dequeue = seq => within(['queue'], 'readwrite', tx => ask(tx.objectStore('queue').delete(seq)));

const SEEN = 500, WEEK = 7 * 24 * 3600e3;
/** remember keeps what a cashier may see of a member for when there is no network. */
export const remember = (code, found) => within(['seen'], 'readwrite', async tx => {
  const store = tx.objectStore('seen');
  await ask(store.put({ code, found, at: Date.now() }));
  const all = await ask(store.index('at').getAllKeys());
  for (const old of all.slice(0, Math.max(0, all.length - SEEN))) await ask(store.delete(old));
});
export async function recall(code) {
  const row = await within(['seen'], 'readonly', tx => ask(tx.objectStore('seen').get(code)));
  return row && Date.now() - row.at < WEEK ? row : undefined;
}

/** stock keeps what has changed in the catalogue and how far it is followed, in one step; of more goods than most the first stay. */
export const stock = (changed, most) => within(['kept', 'goods'], 'readwrite', async tx => {
  const store = tx.objectStore('goods');
  if (changed.anew) await ask(store.clear());
  for (const sku of changed.gone) await ask(store.delete(sku));
  let n = await ask(store.count());
  for (const g of changed.goods) {
    const isNew = !await ask(store.getKey(g.sku));
    if (isNew && n >= most) continue;
    await ask(store.put(g));
    if (isNew) n++;
  }
  await ask(tx.objectStore('kept').put(changed.mark, 'catalogue'));
});
export const good = text => within(['goods'], 'readonly', async tx => {
  const store = tx.objectStore('goods');
  return await ask(store.index('barcode').get(text)) ?? ask(store.get(text));
});
export const goodsCount = () => within(['goods'], 'readonly', tx => ask(tx.objectStore('goods').count()));
export const goods = () => within(['goods'], 'readonly', tx => ask(tx.objectStore('goods').getAll()));
