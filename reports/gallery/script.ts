/**
 * What runs in the gallery: pictures are put in when they come near the screen, filters, keys, and the list of flagged
 * pairs.
 */
export const GALLERY_SCRIPT = `'use strict';
(() => {
  const pictures = JSON.parse(document.getElementById('pictures').textContent);
  const cards = [...document.querySelectorAll('.card')];
  const tags = cards.map((card) => JSON.parse(card.dataset.tags));
  const buttons = [...document.querySelectorAll('[data-value]')];
  const status = document.getElementById('status');
  const flagged = document.getElementById('flagged');

  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      target.src = pictures[target.dataset.picture];
    }
  }, { rootMargin: '600px' });
  for (const image of document.querySelectorAll('img[data-picture]')) observer.observe(image);

  function filter() {
    const wanted = new Map();
    for (const { dataset: { group, value } } of buttons.filter((button) => button.getAttribute('aria-pressed') === 'true')) wanted.set(group, [...(wanted.get(group) ?? []), value]);
    let shown = 0;
    cards.forEach((card, i) => {
      const has = (group, value) => (tags[i][group] ?? tags[i].variant).includes(value);
      const hidden = ![...wanted].every(([group, values]) => values.some((value) => has(group, value)));
      card.hidden = hidden;
      if (!hidden) shown++;
    });
    status.textContent = shown + ' of ' + cards.length + ' pairs';
  }
  const press = (button) => {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    filter();
  };
  const clear = () => {
    for (const button of buttons) button.setAttribute('aria-pressed', 'false');
    filter();
  };
  for (const button of buttons) button.addEventListener('click', () => press(button));
  document.getElementById('clear').addEventListener('click', clear);
  document.getElementById('boxes').addEventListener('click', boxes);

  function boxes() {
    const off = document.body.classList.toggle('bare');
    document.getElementById('boxes').setAttribute('aria-pressed', String(!off));
  }
  function move(step) {
    const visible = cards.filter((card) => !card.hidden);
    if (visible.length === 0) return;
    const at = visible.indexOf(document.activeElement?.closest?.('.card'));
    const next = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : Math.min(visible.length - 1, Math.max(0, at + step))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  }
  function flag(card) {
    if (!card) return;
    card.classList.toggle('flag');
    const ids = cards.filter((one) => one.classList.contains('flag')).map((one) => one.dataset.id);
    flagged.hidden = ids.length === 0;
    flagged.querySelector('summary').textContent = ids.length + ' flagged';
    flagged.querySelector('pre').textContent = ids.join('\\n');
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { j: () => move(1), ArrowRight: () => move(1), k: () => move(-1), ArrowLeft: () => move(-1), b: boxes, 0: clear, x: () => flag(document.activeElement?.closest?.('.card')) };
    const numbered = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
    const action = numbered ? () => press(numbered) : keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  filter();
})();
`;
