import { parseDuration, parseRate } from '../../../../src/api/units.js';
import {
  covers,
  formatServer,
  isHostName,
  octetsOf,
  parseServer,
  parseSubnet,
} from '../../../../src/protocol/address/index.js';
import { formatRefid, refidOfText } from '../../../../src/protocol/ntp/index.js';
import { expectClean } from '../properties.js';
import { outcomeOf, type Target } from '../target.js';

const decoder = new TextDecoder();
const seed = (text: string): Uint8Array => Buffer.from(text);

/** The parsers of hosts, addresses, networks, reference ids and durations. */
export const target: Target = {
  seeds: [
    ...['192.0.2.1', '192.0.2.0/24', '2001:db8::/32', '::ffff:192.0.2.1', 'fe80::1%eth0', '[2001:db8::1]:123', 'all'],
    ...['ntp.example.org:11123', '::', '1:2:3:4:5:6:7:8', 'GPS', '250us', '-7.2ppm', '1e999s', 'ü.example', 'a_b.c.'],
  ].map(seed),
  form: 'text',
  maxOctets: 300,
  run: (input) => {
    const text = decoder.decode(input);
    const octets = octetsOf(text);
    const subnet = parseSubnet(text);
    if (octets !== undefined && subnet !== undefined && !covers([subnet], octets))
      throw new Error('a network without its own address');
    const server = parseServer(text);
    if (server !== undefined) {
      expectClean(server.host);
      const again = parseServer(formatServer(server.host, server.port));
      if (again?.host !== server.host || again.port !== server.port)
        throw new Error('a server that is another when written');
    }
    const refid = refidOfText(text);
    if (!(refid >= 0 && refid < 2 ** 32)) throw new Error(`a reference id of ${refid}`);
    expectClean(formatRefid(refid, refid % 3));
    if (Number.isNaN(parseDuration(text)) || Number.isNaN(parseRate(text)))
      throw new Error('a quantity that is no number');
    return outcomeOf(
      octets !== undefined,
      subnet?.bits,
      server?.port !== undefined,
      isHostName(text),
      parseDuration(text) !== undefined,
    );
  },
};
