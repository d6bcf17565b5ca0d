import type { Logger } from '../../api/index.js';
import { runningInstance } from '../../kernel/plugins/scope.js';

/** Maximum length of a logged text, characters. */
const LONGEST = 2000;

/**
 * Sends Node's warnings and the output of plugins and libraries to the log, because a write to a standard stream waits for its
 * reader. `log` returns the logger of an instance, or of the hub for undefined. Returns the function that ends this.
 */
export function captureOutput(log: (id: string | undefined) => Logger): () => void {
  const say = (severity: 'info' | 'warn', text: string): void => {
    const trimmed = text.trim().slice(0, LONGEST);
    if (trimmed !== '') log(runningInstance())[severity](trimmed);
  };
  const warn = (warning: Error): void => say('warn', `${warning.name}: ${warning.message}`);
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning').on('warning', warn);
  const restore = [
    redirect(process.stdout, (text) => say('info', text)),
    redirect(process.stderr, (text) => say('warn', text)),
  ];
  return () => {
    for (const undo of restore) undo();
    process.removeAllListeners('warning');
    for (const listener of listeners) process.on('warning', listener);
  };
}

function redirect(stream: NodeJS.WriteStream, say: (text: string) => void): () => void {
  const { write } = stream;
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    say(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    if (done !== undefined) queueMicrotask(done);
    return true;
  };
  return () => {
    stream.write = write;
  };
}
