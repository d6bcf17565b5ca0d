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
  const response = await fetch('v1/snapshot');
  onSnapshot(await response.json());
  onLink('snapshot');
}

/** The hub speaks each second, so that this much silence means that it has gone. */
const SILENCE_MS = 5000;

function stream({ onSnapshot, onChange, onEvent, onLink }) {
  const source = new EventSource('v1/events');
  let silence;
  const heard = () => {
    onLink('live');
    clearTimeout(silence);
    silence = setTimeout(() => onLink('lost'), SILENCE_MS);
  };
  const on = (name, handler) =>
    source.addEventListener(name, ({ data }) => {
      heard();
      handler(JSON.parse(data));
    });
  on('snapshot', onSnapshot);
  on('change', onChange);
  on('event', onEvent);
  source.addEventListener('error', () => onLink('lost'));
}
