import { Band } from './band.js';
import { followClients } from './clients.js';
import { $, setAttribute, setText } from './dom.js';
import { showEvents } from './events.js';
import { follow } from './feed.js';
import { clock, day } from './format.js';
import { History } from './history.js';
import { showMap } from './map.js';
import { Plot } from './plot.js';
import { showSinks } from './sinks.js';
import { showSources } from './sources.js';

/** Texts for the state of the connection. */
const LINK_WORDS = { live: 'live', lost: 'trying again', snapshot: 'snapshot' };
const MOST_EVENTS = 100;

const history = new History();
const band = new Band();
const plot = new Plot(history);
let status;
let why = '';
let events = [];
let scheduled = false;
let received = 0;

/** The hub's time, and the page's time at which it arrived. */
let heard = { t: 0, at: 0 };

follow({
  onSnapshot(snapshot) {
    ({ status, why } = snapshot);
    events = snapshot.events.map(number);
    history.load(snapshot.history);
    note(snapshot.history.t.at(-1));
    schedule();
  },
  onChange(change) {
    Object.assign(status, change.status);
    why = change.why ?? why;
    if (change.sample !== undefined) {
      history.add(change.sample);
      note(change.sample.t);
    }
    schedule();
  },
  onEvent(event) {
    events = [...events, number(event)].slice(-MOST_EVENTS);
    schedule();
  },
  onLink(word) {
    if (document.documentElement.dataset.link === word) return;
    setAttribute(document.documentElement, 'data-link', word);
    setText($('feed'), LINK_WORDS[word]);
    if (word === 'lost') showLost();
  },
});

setInterval(showTime, 1000);
followClients();

/** Numbers the events, because two events may have the same text. */
function number(event) {
  return { ...event, number: String(received++) };
}

function note(t) {
  if (t !== undefined) heard = { t, at: performance.now() };
}

/** Skips drawing while the page is hidden and draws it when it is shown again. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    show();
  });
}

function show() {
  const now = hubTime();
  if (document.documentElement.dataset.link === 'lost') return;
  document.title = `${status.mode} – ${status.host.name} – timehub`;
  setText($('place'), status.host.name);
  band.show(status, now);
  plot.show(status, events);
  showSources(status, history);
  setText($('why'), why);
  showMap(status);
  showSinks(status.sinks);
  showEvents(events, now);
  showTime();
}

/** Marks the whole page and its title when the hub does not answer, because the data on it is no longer true. */
function showLost() {
  const since = heard.t === 0 ? Date.now() / 1000 : heard.t;
  const host = status?.host.name ?? location.hostname;
  document.title = `no connection since ${clock(since)} UTC – ${host} – timehub`;
  band.showLost(`${day(since)} ${clock(since)} UTC`, status === undefined ? 'nothing' : 'last');
}

function hubTime() {
  return heard.t + (performance.now() - heard.at) / 1000;
}

function showTime() {
  if (heard.t === 0 || document.documentElement.dataset.link === 'lost') return;
  const now = hubTime();
  setText($('utc'), `${day(now)} ${clock(now)} UTC`);
}
