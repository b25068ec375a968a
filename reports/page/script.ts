/**
 * What runs in the page: each figure's static picture is replaced by a live one (hover, export) when it comes near the
 * screen, and its data table is put in when unfolded; a figure that says so gets a slider, or a brush that shows the
 * pictures behind its points. All come from deflated texts. Expressions are interpreted (`ast: true`), so the page
 * needs no `unsafe-eval`.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const unpacked = (id) => {
    const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (char) => char.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).json();
  };
  const data = unpacked('data');
  let pictures;
  const fonts = Promise.all(['400 7px "Source Sans 3"', '600 7px "Source Sans 3"'].map((font) => document.fonts.load(font)));
  const dark = matchMedia('(prefers-color-scheme: dark)');

  async function draw(plot) {
    const name = plot.dataset.figure;
    const target = document.createElement('div');
    try {
      await fonts;
      const { specs } = await data;
      const { slider, brush } = specs[name].usermeta ?? {};
      const panels = brush && document.getElementById('pictures') ? specs[name].vconcat.at(-1) : undefined;
      if (panels) panels.spec.layer[0].params = [{ name: brush.param, select: { type: 'interval' } }];
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
      // The brush's own marks have no name; what it selects is told beside the picture.
      for (const mark of svg.querySelectorAll('[class*="role-mark brush_"]')) mark.setAttribute('aria-hidden', 'true');
      if (slider) plot.after(sliderOf(name, view, slider));
      if (panels) plot.after(brushOf(name, view, brush, panels.data.values.filter(({ role }) => role === brush.role), await (pictures ??= unpacked('pictures'))));
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

  // An area of one panel, drawn with the pointer or moved with the controls, and the pictures of the points in it.
  function brushOf(name, view, { param, id }, rows, { points, images }) {
    const make = (tag, properties, ...children) => {
      const element = Object.assign(document.createElement(tag), properties);
      element.append(...children);
      return element;
    };
    const panels = [...new Map(rows.map(({ checkpoint, row }) => [JSON.stringify([checkpoint, row]), { checkpoint, row }])).values()];
    const reach = Math.max(...rows.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
    const status = make('p', { className: 'note' });
    status.setAttribute('role', 'status');
    status.textContent = 'Drag over points in the picture above, or choose an area here.';
    const list = make('ul', { className: 'tiles behind', tabIndex: 0 });
    list.setAttribute('aria-label', 'Pictures in the area');
    const show = ({ checkpoint, row }, [left, right], [bottom, top]) => {
      const inside = rows.filter((point) => point.checkpoint === checkpoint && point.row === row && point.x >= left && point.x <= right && point.y >= bottom && point.y <= top);
      const seen = new Map(inside.flatMap((point) => (images[points[point[id]]?.image] ? [[points[point[id]].image, points[point[id]].words]] : [])));
      const shown = [...seen].slice(0, 24);
      list.replaceChildren(...shown.map(([image, words]) => make('li', {}, make('img', { src: images[image], alt: '' }), make('p', { textContent: words }))));
      status.textContent = [checkpoint, row].filter(Boolean).join(', ') + ': ' + inside.length + ' points in the area, ' + seen.size + ' pictures' + (shown.length < seen.size ? ', the first ' + shown.length + ' shown' : '') + '.';
    };
    const select = make('select', { id: 'panel-' + name }, ...panels.map(({ checkpoint, row }, i) => make('option', { value: i, textContent: [checkpoint, row].filter(Boolean).join(', ') })));
    const range = (axis) => make('input', { type: 'range', id: axis + '-' + name, min: -reach, max: reach, step: reach / 20, value: 0 });
    const [across, up] = [range('across'), range('up')];
    const move = () => show(panels[select.value], ...[across, up].map(({ value }) => [Number(value) - reach / 4, Number(value) + reach / 4]));
    for (const control of [select, across, up]) control.addEventListener('input', move);
    view.addDataListener(param + '_store', (_, [area]) => {
      if (area === undefined) return;
      // A unit's name ends in the values that its panel is for.
      const panel = panels.find(({ checkpoint, row }) => area.unit.includes(checkpoint) && area.unit.includes(row)) ?? panels[0];
      const between = (channel) => [...area.values[area.fields.findIndex((field) => field.channel === channel)]].sort((a, b) => a - b);
      show(panel, between('x'), between('y'));
    });
    const labelled = (control, text) => make('span', {}, make('label', { htmlFor: control.id, textContent: text }), control);
    return make('fieldset', { className: 'brush', id: 'brush-' + name }, make('legend', { textContent: 'Pictures behind the points' }), labelled(select, 'Panel'), labelled(across, 'Component 1'), labelled(up, 'Component 2'), status, list);
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
