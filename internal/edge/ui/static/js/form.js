// ---- forms: filters follow the server; who leaves unsaved work is asked
document.addEventListener('closedialog', () => $$('dialog[open]').forEach(d => d.close()));
// A swap keeps what was typed. Of filters the server's answer counts, but in the field that is being typed into.
document.addEventListener('htmx:after:swap', () => $$('input.fi').forEach(i => {
  if (i === document.activeElement) return;
  if (/checkbox|radio/.test(i.type)) i.checked = i.defaultChecked; else i.value = i.defaultValue;
}));
// The first wrong field gets the focus.
const toWrong = () => $('[aria-invalid=true]')?.focus();
document.addEventListener('htmx:after:swap', toWrong);
toWrong();
let unsaved = false;
document.addEventListener('input', e => { if (e.target.closest('form[data-keep]')) unsaved = true; });
document.addEventListener('submit', () => { unsaved = false; });
addEventListener('beforeunload', e => { if (unsaved) e.preventDefault(); });
// What a field proposed gives way to what is chosen beside it; what was typed stays.
document.addEventListener('change', e => {
  const other = e.target.dataset?.clears && e.target.value && e.target.form.elements[e.target.dataset.clears];
  if (other && other.value === other.defaultValue) other.value = '';
});
// A file that is too large is told of before it is sent.
document.addEventListener('change', e => {
  const i = e.target, f = i.type === 'file' && i.files[0];
  if (!i.dataset?.most) return;
  i.setCustomValidity(f && f.size > +i.dataset.most ? i.dataset.large : '');
  i.reportValidity();
});
