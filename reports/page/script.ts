/**
 * What runs in the page: each figure's static picture is replaced by a live one (hover, export) when it comes near the screen, and its
 * data table is put in when unfolded; a figure that says so gets a slider. Both come from one deflated text.
 * Expressions are interpreted (`ast: true`), so the page needs no `unsafe-eval`.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const bytes = Uint8Array.from(atob(document.getElementById('data').textContent), (char) => char.charCodeAt(0));
  const data = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).json();
  const fonts = Promise.all(['400 7px "Source Sans 3"', '600 7px "Source Sans 3"'].map((font) => document.fonts.load(font)));
  const dark = matchMedia('(prefers-color-scheme: dark)');

  async function draw(plot) {
    const name = plot.dataset.figure;
    const target = document.createElement('div');
    try {
      await fonts;
      const { specs } = await data;
      const { view } = await vegaEmbed(target, specs[name], {
        mode: 'vega-lite',
        ast: true,
        renderer: 'svg',
        downloadFileName: name,
        actions: { export: true, source: false, compiled: false, editor: false },
        tooltip: { theme: dark.matches ? 'dark' : 'light' },
      });
      const svg = target.querySelector('svg');
      svg.setAttribute('role', 'img');
      svg.setAttribute('aria-labelledby', 'title-' + name);
      svg.setAttribute('aria-describedby', 'description-' + name);
      target.querySelector('summary')?.setAttribute('aria-label', 'Save this figure');
      plot.replaceChildren(target);
      plot.removeAttribute('data-empty');
      const { slider } = specs[name].usermeta ?? {};
      if (slider) plot.after(sliderOf(name, view, slider));
      plot.dataset.state = 'live';
    } catch (error) {
      plot.dataset.state = 'static';
      console.error('figure ' + name + ': ' + (error instanceof Error ? error.message : String(error)));
    }
  }

  function sliderOf(name, view, { param, label, values, start }) {
    const box = document.createElement('p');
    box.className = 'slider';
    const input = Object.assign(document.createElement('input'), { type: 'range', min: 0, max: values.length - 1, step: 1, value: start, id: 'slider-' + name });
    const words = Object.assign(document.createElement('label'), { htmlFor: input.id, textContent: label });
    const output = Object.assign(document.createElement('output'), { htmlFor: input.id });
    const show = () => {
      output.textContent = values[input.value];
      input.setAttribute('aria-valuetext', values[input.value]);
    };
    input.addEventListener('input', () => {
      show();
      void view.signal(param, Number(input.value)).runAsync();
    });
    show();
    box.append(words, input, output);
    return box;
  }

  let queue = Promise.resolve();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        queue = queue.then(() => draw(target));
      }
    },
    { rootMargin: '400px' },
  );
  for (const plot of document.querySelectorAll('.plot')) observer.observe(plot);

  for (const place of document.querySelectorAll('[data-table]')) {
    place.closest('details').addEventListener('toggle', () => void data.then(({ tables }) => (place.innerHTML = tables[place.dataset.table])), { once: true });
  }
})();
`;
