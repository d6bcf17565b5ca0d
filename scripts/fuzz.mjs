/** Compiles the tree and runs the fuzzer of test/fuzz/guided: `npm run fuzz -- --help`. */
import './build-tree.mjs';

if (process.exitCode === 0) await import('../dist/test/fuzz/guided/cli.js');
