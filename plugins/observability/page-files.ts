import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type { HttpResponse } from './response.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Files of the uPlot package. */
const VENDORED: Readonly<Record<string, string>> = {
  'uplot.js': 'uplot/dist/uPlot.iife.min.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

const FOLDER = new URL('page/', import.meta.url);

/** Reads all files of the dashboard (120 kB) and returns them by name. The caller keeps them, so no request opens a file. */
export function readPageFiles(): ReadonlyMap<string, HttpResponse> {
  const resolve = createRequire(import.meta.url).resolve;
  const own = readdirSync(FOLDER).map((name) => [name, new URL(name, FOLDER)] as const);
  const vendored = Object.entries(VENDORED).map(([name, path]) => [name, resolve(path)] as const);
  return new Map(
    [...own, ...vendored]
      .filter(([name]) => extname(name) in TYPES)
      .map(([name, path]) => [name, { status: 200, type: TYPES[extname(name)]!, body: readFileSync(path) }]),
  );
}
