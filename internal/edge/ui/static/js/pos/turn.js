// Whose turn it is. What is asked of the program belongs to a place: to the turn of the cashier who asks, to a dialog as it was
// opened then, to what was begun there last. What comes when its place stands no more draws, opens and prints nothing: it is
// written down where it has to be, and told elsewhere.
let turns = 0, deeds = 0;
const openings = new WeakMap(), last = new WeakMap();

/** over ends the turn: the till is being locked, or somebody has signed in. */
export const over = () => { turns++; };
/** turn gives what tells, whenever it is asked, whether the turn of now still lasts. */
export function turn() {
  const mine = turns;
  return () => mine === turns;
}
/** opened notes that a dialog is opened anew: what was asked in it before is over. */
export const opened = d => openings.set(d, (openings.get(d) ?? 0) + 1);
/** within gives what tells whether a dialog is still open as it is now. */
export function within(d) {
  const lasts = turn(), mine = openings.get(d);
  return () => d.open && lasts() && openings.get(d) === mine;
}
/** newest begins something in a dialog: as within, and nothing else was begun there since. The last that was pressed wins. */
export function newest(d) {
  const here = within(d), mine = ++deeds;
  last.set(d, mine);
  return () => here() && last.get(d) === mine;
}
