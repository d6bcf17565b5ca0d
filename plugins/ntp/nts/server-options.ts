import { described, flag, path, type SinkContext, table, wholeNumber } from 'timehub/api';
import type { Server } from 'timehub/protocol/address';
import { NTSKE_PORT } from 'timehub/protocol/nts';
import {
  type AccessOptions,
  accessOptions,
  hostAddress,
  listenAddresses,
  ownAddress,
  parseListen,
  rateLimit,
} from 'timehub/toolkit';
import * as v from 'valibot';
import { NtsService } from './nts-service.js';

const ENDPOINT = 'an own address and port such as "127.0.0.1:11460" or "[::]:4460"';

const DEFAULT_RATE = { interval: 1e9, burst: 32, clients: 16_384 };

/** The configuration key `nts` of the NTP server. */
export const ntsTable = () =>
  described(
    v.optional(
      v.pipe(
        table({
          certificate: described(
            v.optional(path('a path such as "/etc/timehub/fullchain.pem"', 'input file')),
            'Certificate chain (PEM) for the key exchange, the own certificate first. It is read again when it changes. Without it this server has no key exchange, and serves clients of a fleet alone.',
          ),
          key: described(
            v.optional(path('a path such as "/etc/timehub/privkey.pem"', 'input file')),
            'Private key (PEM) of the certificate, which no other user may read.',
          ),
          listen: described(
            v.optional(listenAddresses(ownAddress({ what: ENDPOINT, defaultPort: NTSKE_PORT }), ENDPOINT), '[::]:4460'),
            'Own address and TCP port of the key exchange, or several.',
          ),
          'cookie-keys': described(
            v.optional(path('a path such as "/var/lib/timehub/nts-keys"')),
            'File in which the hub keeps the keys of its cookies, with mode 0600, so that clients need no new keys after a restart. Default: none; the keys are lost.',
          ),
          'fleet-secret': described(
            v.optional(path('a path such as "/run/secrets/nts"', 'input file')),
            'Secret of all servers of a fleet: a file that no other user may read, of 32 octets or more, or a folder of such files. The keys of each day follow from it. Of a folder, the last file by name makes new cookies.',
          ),
          'ntp-server': described(
            v.optional(hostAddress('a host name or an address such as "ntp.example.org"')),
            'NTP server that the key exchange sends its clients to. Default: the address of the key exchange.',
          ),
          connections: described(
            v.optional(wholeNumber(1, 65_536), 256),
            'Largest number of connections at a time, for each address in `listen`; one client has 8 at most. When all are taken, a new one takes the place of the oldest that is open for more than 0.5 s.',
          ),
          thread: described(
            v.optional(flag(), true),
            'Run the key exchange in a thread of its own, of 12 MB: a handshake takes the hub half a millisecond. false: for small machines with few clients.',
          ),
          'pool-authorities': described(
            v.optional(path('a path such as "/etc/timehub/pools.pem"', 'input file')),
            'File with certificates (PEM) of authorities, experimental: a client with a certificate of theirs is an NTS pool, which may ask for cookies of the keys of its own clients (draft-venhoek-nts-pool). It is read again when it changes. Default: no pools.',
          ),
          'rate-limit': rateLimit({
            interval: '1s',
            burst: 32,
            refused: 'Further connections are closed at once.',
            otherwise: 'Default: one a second, 32 at once.',
          }),
        }),
        v.check(
          (c) => (c.certificate === undefined) === (c.key === undefined),
          'a table with both certificate and key',
        ),
        v.check(
          (c) => c['cookie-keys'] === undefined || c['fleet-secret'] === undefined,
          'a table with either cookie-keys or fleet-secret',
        ),
        v.check(
          (c) => c.certificate !== undefined || c['fleet-secret'] !== undefined,
          'a table with certificate and key, or with fleet-secret',
        ),
      ),
    ),
    'Serves NTS (RFC 8915) beside plain NTP. Default: no NTS.',
  );

type NtsTable = NonNullable<v.InferOutput<ReturnType<typeof ntsTable>>>;

/** Returns the service that a table describes. `access`: of the NTP server. `port`: its port. */
export function ntsService(
  context: SinkContext,
  { certificate, key, listen, connections, thread, ...others }: NtsTable,
  access: Pick<AccessOptions, 'allow' | 'deny'>,
  [ntp]: readonly Server[],
): NtsService {
  const { rate } = accessOptions({ allow: [], deny: [], 'rate-limit': others['rate-limit'] ?? DEFAULT_RATE });
  return new NtsService(context, {
    cookies: { secret: others['fleet-secret'], file: others['cookie-keys'] },
    exchange:
      certificate === undefined || key === undefined
        ? undefined
        : {
            pools: others['pool-authorities'],
            ...{ certificate, key, connections, thread, host: others['ntp-server'], port: ntp!.port },
            listen: parseListen(listen, NTSKE_PORT),
            access: { allow: access.allow, deny: access.deny, ...(rate && { rate }) },
          },
  });
}
