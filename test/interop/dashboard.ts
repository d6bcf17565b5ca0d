/**
 * Looks at the dashboard with a headless Chromium. As a program:
 * `node dist/test/interop/dashboard.js <url> [screenshot.png] [width] [light|dark]`
 * prints what was seen as JSON; exit status 0 without console errors, 1 with, 3 when there is no Chromium.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Browser, findBrowser } from './browser.js';

export interface Look {
  /** Errors, warnings and exceptions of the page, failed requests included. */
  readonly errors: readonly string[];
  readonly title: string;
  /** All that a person can read. */
  readonly text: string;
  /** Widest element minus window: above zero the page scrolls sideways. */
  readonly overflowPx: number;
  /** Zero without a plot. */
  readonly plotWidthPx: number;
}

export interface LookOptions {
  readonly browser: string;
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** PNG of the whole page. */
  readonly screenshot?: string;
  /** JavaScript run in the page before the look. */
  readonly script?: string;
  /** How long to wait for the hub's state. */
  readonly timeoutMs?: number;
}

/** Opens `url`, waits until the page shows the hub's state, and tells what is there. */
export async function look(url: string, options: LookOptions): Promise<Look> {
  const browser = new Browser(options.browser);
  try {
    await browser.attach();
    const errors = listen(browser);
    await prepare(browser, options);
    const { errorText } = await browser.send('Page.navigate', { url });
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
    await evaluate(browser, waitForState(options.timeoutMs ?? 15_000)).catch((cause: Error) => {
      throw new Error(`${cause.message}; its console: ${[...new Set(errors)].join('; ') || 'silent'}`, { cause });
    });
    if (options.script !== undefined) await evaluate(browser, options.script);
    const seen = (await evaluate(browser, SEEN)) as Omit<Look, 'errors'>;
    if (options.screenshot !== undefined) await photograph(browser, options.screenshot);
    return { errors, ...seen };
  } finally {
    await browser.close();
  }
}

interface Exception {
  readonly text: string;
  readonly exception?: { readonly description?: string };
}

const describe = ({ text, exception }: Exception): string => exception?.description ?? text;

const SEEN = `({
  title: document.title,
  text: document.body.innerText,
  overflowPx: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  plotWidthPx: document.querySelector('#plot canvas')?.clientWidth ?? 0,
})`;

const waitForState = (timeoutMs: number): string => `new Promise((resolve, reject) => {
  const tooLate = setTimeout(() => reject(new Error('the page shows no state')), ${timeoutMs});
  const ready = () => document.querySelector('#plot canvas') && document.documentElement.dataset.mode;
  const check = () => ready() ? (clearTimeout(tooLate), requestAnimationFrame(() => resolve(true))) : setTimeout(check, 50);
  check();
})`;

function listen(browser: Browser): string[] {
  const errors: string[] = [];
  browser.on((method, params) => {
    if (method === 'Runtime.exceptionThrown') errors.push(describe(params.exceptionDetails as Exception));
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(String(params.type)))
      errors.push(JSON.stringify(params.args));
    if (method === 'Log.entryAdded') {
      const { level, text, url } = params.entry as { level: string; text: string; url?: string };
      if (level === 'error' || level === 'warning') errors.push(`${text} ${url ?? ''}`.trim());
    }
  });
  return errors;
}

async function prepare(browser: Browser, { width = 1400, height = 1000, scheme = 'dark' }: LookOptions): Promise<void> {
  for (const domain of ['Page', 'Runtime', 'Log']) await browser.send(`${domain}.enable`);
  await browser.send('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    deviceScaleFactor: width < 600 ? 2 : 1,
    mobile: width < 600,
  });
  await browser.send('Emulation.setScrollbarsHidden', { hidden: true });
  await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
}

async function evaluate(browser: Browser, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = (await browser.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  })) as {
    result: { value?: unknown };
    exceptionDetails?: Exception;
  };
  if (exceptionDetails !== undefined) throw new Error(describe(exceptionDetails));
  return result.value;
}

async function photograph(browser: Browser, path: string): Promise<void> {
  const { data } = await browser.send('Page.captureScreenshot', {
    format: 'png',
    captureBeyondViewport: true,
    ...(await whole(browser)),
  });
  writeFileSync(path, Buffer.from(data as string, 'base64'));
}

/** The whole page as the clip of a picture. */
async function whole(browser: Browser): Promise<{ readonly clip: object }> {
  const { cssContentSize } = (await browser.send('Page.getLayoutMetrics')) as {
    cssContentSize: { width: number; height: number };
  };
  return { clip: { ...cssContentSize, x: 0, y: 0, scale: 1 } };
}

async function main([url, screenshot, width, scheme]: readonly string[]): Promise<number> {
  const browser = findBrowser();
  if (browser === undefined || url === undefined) {
    console.error(
      url === undefined
        ? 'usage: dashboard.js <url> [screenshot.png] [width] [light|dark]'
        : 'there is no Chromium on this machine',
    );
    return url === undefined ? 64 : 3;
  }
  const seen = await look(url, {
    browser,
    ...(screenshot !== undefined && { screenshot }),
    ...(width !== undefined && { width: Number(width) }),
    ...(scheme !== undefined && { scheme: scheme === 'light' ? 'light' : 'dark' }),
  });
  console.log(JSON.stringify(seen, null, 2));
  return seen.errors.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
