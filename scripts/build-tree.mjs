/** Compiles the TypeScript tree into dist/, copies the plugins' other files there, and removes output whose source is gone. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, folders, root } from './tree.mjs';

const { status, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: root, stdio: 'inherit' });
if (error !== undefined) process.stderr.write(`timehub: the TypeScript compiler cannot be run: ${error.message}\n`);

for (const file of filesBelow('plugins')) {
  if (!/\.(ts|md)$/.test(file)) cpSync(join(root, file), join(folders.dist, file));
}
for (const file of ['src', 'plugins', 'test', 'scripts'].flatMap((folder) => filesBelow(`dist/${folder}`))) {
  const source = file.replace(/^dist\//, '').replace(/\.(d\.ts|js\.map|js)$/, '.ts');
  if (!existsSync(join(root, source)) && !existsSync(join(root, file.replace(/^dist\//, '')))) rmSync(join(root, file));
}
process.exitCode = status ?? 1;
