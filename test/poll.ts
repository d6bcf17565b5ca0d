import { setTimeout as pause } from 'node:timers/promises';

/** Asks every 100 ms until the condition accepts the answer. Rejects with the last answer. */
export async function until<T>(ask: () => Promise<T>, pleases: (answer: T) => boolean, timeoutMs: number): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (performance.now() > end) throw new Error(`after ${timeoutMs} ms still: ${JSON.stringify(answer)}`);
    await pause(100);
  }
}
