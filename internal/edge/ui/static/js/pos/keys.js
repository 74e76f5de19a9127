// The keyboard and the scanner, which is one too: it types faster than anybody, ends with a key of its own, and may begin
// with a prefix. What it types is taken wherever the cursor is, and put back into Latin letters where the keyboard is Russian.
import { $ } from './render.js';
import * as keep from './keep.js';

const FAST = 45, GAP = 120, LEAST = 6; // milliseconds a key on average, between two, and characters
const PAUSE = 250; // milliseconds that a scanner may pause: what is longer is a hand

/** scanner is how this till's scanner is set. */
export const scanner = { prefix: '', suffix: 'Enter', sound: true };
export const loadScanner = async () => Object.assign(scanner, await keep.get('scanner'));
export async function saveScanner(s) { Object.assign(scanner, s); await keep.set('scanner', { ...scanner }); }

const RU = 'ёйцукенгшщзхъфывапролджэячсмитьбю.', EN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./";
/** latin undoes a Russian layout. */
export const latin = s => [...s].map(c => {
  const i = RU.indexOf(c.toLowerCase());
  if (i < 0 || c === '.') return c;
  return c === c.toLowerCase() ? EN[i] : EN[i].toUpperCase();
}).join('');

/** cyrillic undoes a Latin layout: rjat is кофе. */
export const cyrillic = s => [...s].map(c => { const i = EN.indexOf(c.toLowerCase()); return i < 0 || /[\s.]/.test(c) ? c : RU[i]; }).join('');

/** track takes the card's number out of what a magnetic stripe says: %B…^…? ;…=…? */
export const track = s => s.match(/;(\d+)[=?]/)?.[1] ?? s.match(/%B?(\d+)\^/)?.[1] ?? s;

// MARKS are what keys say on the keyboard that a scanner plays, alone and with Shift.
const MARKS = {
  Slash: '/?', Semicolon: ';:', Equal: '=+', Minus: '-_', Period: '.>', Comma: ',<', Quote: '\'"', BracketLeft: '[{', BracketRight: ']}', Backslash: '\\|', Backquote: '`~',
};
/** byCode is what a key says in the Latin layout, whatever layout is on. */
function byCode(e) {
  const m = /^(?:Key([A-Z])|Digit(\d)|Numpad(\d))$/.exec(e.code);
  if (!m) return MARKS[e.code]?.[e.shiftKey ? 1 : 0] ?? e.key;
  if (m[1]) return e.shiftKey !== e.getModifierState?.('CapsLock') ? m[1] : m[1].toLowerCase();
  return e.shiftKey && m[2] ? ')!@#$%^&*('[m[2]] : m[2] ?? m[3];
}

/**
 * listen calls scanned with each code where it is wanted, else it stays in the field where it was typed; and pressed with
 * each key that is none of a scanner's. scanned is told when the code began, and how to undo it in fields that are made anew.
 */
export function listen(wanted, scanned, pressed) {
  let chars = [], began = 0, last = 0, pause = 0, ended = -GAP, fields = []; // that were typed into, with what stood there before
  let quick = false; // whether what came before the pause was a scanner's too
  const forget = () => { chars = []; fields = []; quick = false; };
  // into notes the field that is typed into: what was found meanwhile may have moved the cursor in the midst of a code.
  const into = () => {
    const el = document.activeElement;
    if (el?.matches?.('input,textarea') && !fields.some(f => f.el === el)) fields.push({ el, before: el.value });
  };
  document.addEventListener('keydown', e => {
    const now = e.timeStamp;
    if (chars.length && now - last > GAP) {
      const was = chars.length > 1 && (last - began) / (chars.length - 1) < FAST;
      forget();
      quick = was;
    }
    const twice = e.key === 'Enter' && now - ended < GAP && !document.activeElement?.matches('input,textarea');
    ended = -GAP;
    if (!chars.length) pause = now - last;
    if (twice) { e.preventDefault(); e.stopImmediatePropagation(); return; } // a scanner that ends with two
    last = now;
    const fast = chars.length >= LEAST && (now - began) / chars.length < FAST;
    if (e.key === scanner.suffix && fast && wanted()) {
      e.preventDefault(); e.stopImmediatePropagation();
      let code = chars.join('');
      const [first] = fields, codes = first?.el.id === 'scan' || first?.el.id === 'item' && quick; // a sum that a hand has typed is no part of one
      const paused = codes && first.before && fields.length === 1 && pause < PAUSE;
      if (paused) code = latin(first.el.value); // what came before the pause is the code's too
      if (scanner.prefix && code.startsWith(scanner.prefix)) code = code.slice(scanner.prefix.length);
      const typed = fields.reverse(); // what stood there first is put there last
      const undo = () => {
        for (const { el, before } of typed) {
          const f = el.isConnected ? el : el.id && document.getElementById(el.id); // the desk may have been made anew meanwhile
          if (f) { f.value = paused ? '' : before; f.dispatchEvent(new Event('input', { bubbles: true })); }
        }
      };
      undo();
      forget();
      ended = now;
      scanned(track(latin(code)).trim(), { began, undo });
      return;
    }
    if (e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey) {
      if (!chars.length) began = now;
      into();
      chars.push(byCode(e));
    } else if (e.key !== 'Shift') forget();
    if (fast && e.key.length === 1) return; // a scanner's: no shortcut
    pressed(e);
    if (chars.length && !fields.length) into(); // typed into no field, it goes to one
  }, true);
}

let sound;
/** beep tells by ear what is told by colour and words too. */
export function beep(ok) {
  if (!scanner.sound || !navigator.userActivation?.hasBeenActive) return; // a browser lets a page sound once it was touched
  try {
    sound ??= new AudioContext();
    const o = sound.createOscillator(), g = sound.createGain(), t = sound.currentTime;
    o.frequency.value = ok ? 1046 : 196; o.type = ok ? 'sine' : 'square';
    g.gain.setValueAtTime(0.08, t); g.gain.exponentialRampToValueAtTime(0.0001, t + (ok ? 0.12 : 0.35));
    o.connect(g).connect(sound.destination);
    o.start(t); o.stop(t + (ok ? 0.13 : 0.36));
  } catch { /* a machine without sound */ }
}

/** toNext puts the cursor where the next deed is. */
export function toNext(where) {
  const e = $(where);
  if (e && !$('dialog[open]')) { e.focus({ preventScroll: true }); e.select?.(); }
}
