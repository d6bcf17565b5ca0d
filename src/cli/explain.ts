import { explain } from '../kernel/errors/index.js';
import { EXIT, type ExitStatus } from './exit.js';

/** `timehub explain TH_…`: prints cause, effect and remedy of a code. */
export async function run(code: string): Promise<ExitStatus> {
  const text = explain(code);
  if (text.known) console.log(text.text);
  else console.error(text.text);
  return text.known ? EXIT.synchronised : EXIT.usage;
}
