import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../place.js';

const FOLDER = join(root, 'test/fuzz/guided/corpus');

const pathOf = (target: string): string => join(FOLDER, `${target}.hex`);

/** Returns the inputs that a long run has found. The file has one a line, in hexadecimal. */
export function readCorpus(target: string): readonly Uint8Array[] {
  if (!existsSync(pathOf(target))) return [];
  const lines = readFileSync(pathOf(target), 'latin1').split('\n');
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'hex'));
}

export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(pathOf(target), inputs.map((input) => `${Buffer.from(input).toString('hex')}\n`).join(''));
}
