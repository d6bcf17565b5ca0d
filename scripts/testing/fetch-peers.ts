/** Fetches the peers of test/peers.ts that are not there yet, and prints a line for each that it fetched or could not. */
import { fetchPeer, findPeer, PEER_NAMES } from '../../test/peers.js';

for (const name of PEER_NAMES) {
  if ('peer' in findPeer(name)) continue;
  const problem = fetchPeer(name);
  process.stdout.write(problem === '' ? `fetched ${name}\n` : `${problem}\n`);
}
