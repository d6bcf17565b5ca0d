/**
 * Follows the hub's event stream. Calls `onSnapshot(snapshot)` first and after each reconnection, then `onChange(change)` and
 * `onEvent(event)`. Calls `onLink(word)` when the state of the connection changes: `live`, `lost`, `snapshot`.
 */
export function follow(handlers) {
  if (new URLSearchParams(location.search).has('static')) return fetchOnce(handlers);
  return stream(handlers);
}

/** Loads one snapshot only: for screenshots, and for browsers that wait until a page is idle. */
async function fetchOnce({ onSnapshot, onLink }) {
  try {
    const response = await fetch('v1/snapshot');
    onSnapshot(await response.json());
    onLink('snapshot');
  } catch {
    onLink('lost');
  }
}

/** The hub sends an event each second. After this silence, ms, the connection counts as lost. */
const SILENCE_MS = 5000;

function stream(handlers) {
  const { onSnapshot, onChange, onEvent, onLink } = handlers;
  const source = new EventSource('v1/events');
  let silence;
  const on = (name, handler) =>
    source.addEventListener(name, ({ data }) => {
      onLink('live');
      clearTimeout(silence);
      silence = setTimeout(() => onLink('lost'), SILENCE_MS);
      handler(JSON.parse(data));
    });
  on('snapshot', onSnapshot);
  on('change', onChange);
  on('event', onEvent);
  source.addEventListener('error', () => {
    onLink('lost');
    // The browser reconnects after a loss, but not after a refusal (too many streams).
    if (source.readyState === EventSource.CLOSED) setTimeout(() => stream(handlers), SILENCE_MS);
  });
}
