// Loaded into a daemon under test. On each SIGUSR2 it collects all garbage and prints the heap's size, "heap <nth> <octets>".
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
let times = 0;

process.on('SIGUSR2', () => {
  collect();
  // The daemon redirects process.stdout into its log, so this writes to the file descriptor.
  writeSync(1, `heap ${++times} ${process.memoryUsage().heapUsed}\n`);
});
