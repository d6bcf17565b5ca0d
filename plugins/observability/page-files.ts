import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** uPlot comes as its package delivers it. */
const VENDORED: Readonly<Record<string, string>> = {
  'uplot.js': 'uplot/dist/uPlot.iife.min.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

const FILE_NAME = /^[a-z][a-z-]*\.(html|css|js|svg)$/;

/** A file of the dashboard, by its bare name. Undefined: there is none. */
export async function readPageFile(name: string): Promise<PageFile | undefined> {
  if (!FILE_NAME.test(name)) return undefined;
  const vendored = Object.hasOwn(VENDORED, name) ? VENDORED[name] : undefined;
  const path =
    vendored === undefined
      ? new URL(`page/${name}`, import.meta.url)
      : createRequire(import.meta.url).resolve(vendored);
  try {
    return { type: TYPES[extname(name)]!, content: new Uint8Array(await readFile(path)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
