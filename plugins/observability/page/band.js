import { $, h, keyed, setAttribute, setText } from './dom.js';
import { age, duration, rate, side } from './format.js';

const LEAP_WORDS = {
  none: 'no leap second announced',
  insert: 'a second will be inserted',
  delete: 'a second will be dropped',
};

/** The top of the page: mode, error bound and reason. */
export class Band {
  #mode = $('mode');

  show(status, now) {
    const since = age(now - Date.parse(status.modeSince) / 1000);
    this.#say(status.mode, status.mode, `for ${since} · ${status.reason}`);
    keyed($('figures'), figures(status), { key: ({ name }) => name, make, update });
    keyed($('notes'), status.host.notes, { key: (note) => note, make: (note) => h('li', {}, note), update: () => {} });
  }

  /** Shows that the hub does not answer. `known`: the page still shows the `last` state, or `nothing`. */
  showLost(since, known) {
    const remains = known === 'last' ? 'the page shows the last state that it heard' : 'the hub has not answered yet';
    this.#say('lost', 'no connection', `since ${since} · ${remains}`);
  }

  #say(mode, word, reason) {
    setAttribute(document.documentElement, 'data-mode', mode);
    setAttribute(this.#mode.querySelector('use'), 'href', `#${mode}`);
    setText(this.#mode.querySelector('.word'), word);
    setText(this.#mode.querySelector('.reason'), reason);
  }
}

function figures({ clocks, leap, ntp, ptp, local }) {
  const [system, ...others] = clocks;
  return [
    { name: 'Error below', value: duration(system?.boundNs), more: minority(system) },
    offset('System clock', system),
    ...others.map((clock) => offset(clock.id, clock)),
    { name: 'Frequency', value: rate(system?.frequencyPpb), more: 'what the bare oscillator needs' },
    { name: 'TAI − UTC', value: `${leap.taiMinusUtc} s`, more: LEAP_WORDS[leap.pending] ?? 'leap seconds unknown' },
    {
      name: 'Serves',
      value: ntp.stratum < 16 ? `stratum ${ntp.stratum}` : 'no time',
      more: `${local ? 'the clock as it is' : `NTP ${ntp.refid || '–'}`} · PTP class ${ptp.clockClass}`,
    },
  ];
}

/** The majority bound. Null or absent: no majority of the voters agrees. */
function minority(clock) {
  const bound = clock?.majorityBoundNs;
  if (typeof bound !== 'number') return 'if the sources that carry the time are right';
  return `if the carriers are right; ${duration(bound)} whichever minority of the sources is wrong`;
}

function offset(name, clock) {
  if (typeof clock?.offsetNs !== 'number') return { name, value: '–', more: 'not known yet' };
  const { offsetNs, sigmaNs, steered } = clock;
  const more = `± ${duration(sigmaNs)} (1σ), ${steered ? 'steered' : 'observed'}`;
  return { name, value: duration(Math.abs(offsetNs)), unit: side(offsetNs), more };
}

const make = ({ name }) => h('div', {}, h('dt', {}, name), h('dd', { class: 'value' }), h('dd', { class: 'more' }));

function update(element, { value, unit = '', more }) {
  const [, first, second] = element.children;
  setText(first, unit === '' ? value : `${value} ${unit}`);
  setText(second, more);
}
