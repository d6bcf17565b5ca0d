import type { LinkSetting } from './link-schema.js';

/** Returns the errors of a link whose keys do not fit its shape: key, message and remedy. */
export function checkLink(link: LinkSetting): readonly (readonly [keyof LinkSetting | 'jitter', string, string])[] {
  const { shape, trace, column, modes, jitterNs } = link;
  const errors: (readonly [keyof LinkSetting | 'jitter', string, string])[] = [];
  if (shape === 'trace' && trace === undefined)
    errors.push(['shape', 'the shape "trace" needs a file', 'trace = "delays.csv"']);
  if (shape === 'modes' && modes === undefined)
    errors.push(['shape', 'the shape "modes" needs its modes', 'modes = [{ share = 1, at = "10us", jitter = "1us" }]']);
  if (shape !== 'trace' && trace !== undefined)
    errors.push(['trace', `a trace is not used with the shape "${shape}"`, 'shape = "trace"']);
  if (shape !== 'modes' && modes !== undefined)
    errors.push(['modes', `modes are not used with the shape "${shape}"`, 'shape = "modes"']);
  if (trace === undefined && column !== undefined)
    errors.push(['column', 'a column belongs to a trace', 'trace = "delays.csv"']);
  if ((shape === 'trace' || shape === 'modes') && jitterNs > 0)
    errors.push(['jitter', `jitter is not used with the shape "${shape}"`, 'remove it; each mode has its own jitter']);
  if (modes?.every(({ share }) => share === 0)) errors.push(['modes', 'all shares are 0', 'share = 1']);
  return errors;
}
