/**
 * Follows the hub. `onSnapshot(snapshot)` comes first and after each reconnection, then `onChange(change)` and
 * `onEvent(event)`; `onLink(word)` says how fresh all that is: `live`, `lost`, `snapshot`.
 */
export function follow(handlers) {
  if (new URLSearchParams(location.search).has('static')) return fetchOnce(handlers);
  return stream(handlers);
}

/** One look and no more: for screenshots, and for browsers that wait until a page is silent. */
async function fetchOnce({ onSnapshot, onLink }) {
  try {
    const response = await fetch('v1/snapshot');
    onSnapshot(await response.json());
    onLink('snapshot');
  } catch {
    onLink('lost');
  }
}

/** The hub speaks each second, so that this much silence means that it has gone. */
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
    // A lost connection is taken up again by the browser, a refusal (too many streams) is not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => stream(handlers), SILENCE_MS);
  });
}
