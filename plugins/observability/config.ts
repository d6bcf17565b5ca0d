import { flag, socketPath, table, wholeNumber } from 'timehub/api';
import { hostAddress } from 'timehub/toolkit';
import * as v from 'valibot';
import { parseAddress } from './listen-address.js';

const LISTEN = 'an address with a port such as "127.0.0.1:11180" or "[::1]:11180"';

export const config = table({
  socket: v.optional(
    v.pipe(
      socketPath('the path of a Unix socket, or "none"'),
      v.description(
        'Control socket for the command line, mode 0660. Default: timehub.sock in the first writable folder of /run/timehub, $XDG_RUNTIME_DIR and /tmp/timehub-<uid>. "none": no socket.',
      ),
    ),
  ),
  listen: v.optional(
    v.pipe(
      v.string(LISTEN),
      v.check((value) => parseAddress(value) !== undefined, LISTEN),
      v.transform((value) => parseAddress(value)!),
      v.description('TCP address that serves the same pages read-only. Default: none.'),
    ),
  ),
  hosts: v.optional(
    v.pipe(
      v.array(hostAddress('a host name'), 'a list of host names'),
      v.description(
        'Names by which browsers may reach the TCP port, in addition to "localhost", the machine\'s own name and IP addresses.',
      ),
    ),
    [],
  ),
  dashboard: v.optional(v.pipe(flag(), v.description('Serve the dashboard at "/".')), true),
  'max-connections': v.optional(
    v.pipe(wholeNumber(1, 1024), v.description('Most connections at one time, on the socket and on the port each.')),
    32,
  ),
});

export type ObservabilityConfig = v.InferOutput<typeof config>;
