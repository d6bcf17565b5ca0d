import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Bench } from '../../bench.js';
import { run } from '../../launch.js';
import { root } from '../../place.js';
import { debian, image } from './image.js';

/** Paths below the checkout that a hub in a guest needs. */
const HUB = [
  'bin/timehub',
  'package.json',
  'dist/bundle',
  'build/Release/timehub.node',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/node-gyp-build',
];

export interface GuestPlan {
  readonly name: string;
  /** Shell text that process 1 runs. Its output is the result. The hub is at /repo. */
  readonly job: string;
  /** Further files: path in the guest → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Programs of the test: path in the guest → module below test/vm/qemu/guest. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** Writes the guest's initial RAM disk: the shared archive, then an archive of this guest. Returns its path. */
export async function makeDisk(bench: Bench, { name, job, files = {}, programs = {} }: GuestPlan): Promise<string> {
  const own = bench.folder.at(`${name}.own`);
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), text);
  };
  for (const path of HUB) cpSync(join(root, path), join(own, 'repo', path), { recursive: true });
  put('job.sh', job);
  for (const [path, text] of Object.entries(files)) put(path, text);
  for (const [path, module] of Object.entries(programs)) await bundle(module, join(own, path));
  const disk = bench.folder.at(`${name}.cpio`);
  const pack = `find . | "${debian}/bin/busybox" cpio -o -H newc -R 0:0 | cat "${image}" - >"${disk}"`;
  const { code, output } = await run('sh', ['-c', pack], { cwd: own });
  if (code !== 0) throw new Error(`the guest's files cannot be packed: ${output}`);
  return disk;
}

const bundle = (module: string, outfile: string) =>
  build({
    entryPoints: [join(root, 'test/vm/qemu/guest', module)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['timehub-source'],
    external: ['koffi', 'node-gyp-build'],
    absWorkingDir: root,
    logLevel: 'error',
  });
