import { h, setAttribute, setText } from './dom.js';

const ARROWS = { above: '↑ ', below: '↓ ', inside: '' };

/** The legend: names the colours, shows the values under the cursor, and shows or hides sources. */
export class Legend {
  #parent;
  #onToggle;
  #buttons = new Map();
  #time = h('span', { class: 'at' });
  #estimate = h('span', { class: 'value' });

  constructor(parent, onToggle) {
    this.#parent = parent;
    this.#onToggle = onToggle;
  }

  make(sources) {
    this.#buttons = new Map(sources.map((source) => [source.id, this.#button(source)]));
    const estimate = h(
      'span',
      { class: 'entry' },
      h('span', { class: 'swatch line' }),
      'estimate ± 1σ ',
      this.#estimate,
    );
    this.#parent.replaceChildren(this.#time, estimate, ...this.#buttons.values());
  }

  show(time, estimate, sources) {
    setText(this.#time, time);
    setText(this.#estimate, estimate);
    for (const { id, text, place, hidden } of sources) {
      const button = this.#buttons.get(id);
      setAttribute(button, 'aria-pressed', String(!hidden));
      setAttribute(button, 'title', place === 'inside' ? 'Show or hide' : `Off this scale, ${place}. Show or hide`);
      setText(button.lastElementChild, `${ARROWS[place]}${text}`);
    }
  }

  #button({ id, color }) {
    const swatch = h('span', { class: 'swatch' });
    swatch.style.setProperty('background', color);
    const button = h('button', { type: 'button', class: 'entry' }, swatch, `${id} `, h('span', { class: 'value' }));
    button.addEventListener('click', () => this.#onToggle(id));
    return button;
  }
}
