// Loaded into a daemon under test: on every SIGUSR2 it collects all garbage and prints what is left, "heap <nth> <octets>".
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
let times = 0;

process.on('SIGUSR2', () => {
  collect();
  // Not through process.stdout, which the daemon redirects into its log.
  writeSync(1, `heap ${++times} ${process.memoryUsage().heapUsed}\n`);
});
