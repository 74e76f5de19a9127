// What is told beside the desk to whoever is on duty: what has come of something whose dialog is open no more. It stays, also
// when the page is read anew, until it is put away.
import { button, note, put } from './render.js';
import * as keep from './keep.js';
import { state } from './sale.js';
import { say } from './words.js';

/** tell tells of such. */
export async function tell(text) {
  await keep.change('notices', list => [...list ?? [], text]);
  await draw();
}
/** draw shows all that was told and not put away, to nobody but who is on duty. */
export async function draw() {
  const kept = await keep.get('notices') ?? [], list = state.start?.duty ? kept : [];
  put('#notices', ...list.map(text => note({ tone: 'warn', icon: 'alert-triangle', text })), ...list.length ? [button(say('put-away'), 'put-notices')] : []);
}
/** away puts all of it away. */
export async function away() {
  await keep.set('notices', []);
  await draw();
}
