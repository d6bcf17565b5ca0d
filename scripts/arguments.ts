import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Exit status of a script whose command line is invalid. */
const USAGE_STATUS = 2;

/**
 * Returns the options and positional arguments of the script that runs. With --help it prints the comment at the script's head and
 * exits. A command line that it does not understand is one line on standard error and exit status 2.
 */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  const script = process.argv[1]!;
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(`${headComment(readFileSync(script, 'utf8'))}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const sentence = error.message.split('. ')[0]!;
    process.stderr.write(`${basename(script, '.js')}: ${sentence}. --help lists what there is.\n`);
    process.exit(USAGE_STATUS);
  }
}

/** Returns the text of the comment with which a script begins. */
function headComment(source: string): string {
  const found = /^(?:#!.*\n)?\/\*\*\n?([\s\S]*?)\*\//.exec(source);
  const lines = (found?.[1] ?? '').split('\n').map((line) => line.replace(/^ ?\* ?/, '').trimEnd());
  return lines.join('\n').trim();
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
