import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Page } from '../browser.js';
import { startDemo } from '../demo.js';
import { need } from '../need.js';
import { until } from '../poll.js';

describe('the dashboard in a browser', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('shows the mode, a plot and the reason of each source, and complains of nothing', async function () {
    const chromium = need(this, 'chromium');
    const { hub, dashboard } = await startDemo(bench);
    await hub.until(({ mode }) => mode === 'tracking');
    await hub.untilSource('ntp.liar', ({ state }) => state === 'rejected');
    const page = await Page.open(bench, chromium, dashboard);
    const shown = () => page.evaluate<string>('document.body?.innerText ?? ""');
    const text = await until(shown, (words) => words.includes('ntp.liar') && /tracking/i.test(words), 15_000);
    const { sources } = await hub.status();
    for (const { id } of sources) expect(text).to.include(id);
    expect(text).to.match(/disagree|rejected/i);
    expect(await page.evaluate<number>(DRAWN_PIXELS)).to.be.above(500);
    const picture = await page.screenshot();
    if (process.env.TIMEHUB_SCREENSHOT !== undefined) writeFileSync(process.env.TIMEHUB_SCREENSHOT, picture);
    expect(picture.length).to.be.above(10_000);
    expect(page.complaints).to.deep.equal([]);
  });

  it('names the host in its title, and says everywhere that a hub which has ended does not answer', async function () {
    const chromium = need(this, 'chromium');
    const { hub, dashboard } = await startDemo(bench);
    await hub.until(({ mode }) => mode === 'tracking');
    const page = await Page.open(bench, chromium, dashboard);
    const title = () => page.evaluate<string>('document.title');
    await until(title, (text) => text === `tracking – ${hostname()} – timehub`, 15_000);
    await hub.stop();
    const lost = await until(title, (text) => text.startsWith('no connection'), 15_000);
    expect(lost).to.match(/^no connection since \d\d:\d\d:\d\d UTC – .+ – timehub$/);
    const text = await page.evaluate<string>('document.body.innerText');
    expect(text).to.match(/no connection\s+since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/i);
    expect(text).not.to.match(/tracking\n/i);
  });
});

/** Number of opaque pixels in all canvases: axes alone have some hundred, a curve has more. */
const DRAWN_PIXELS = `[...document.querySelectorAll('canvas')].reduce((sum, canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) sum++;
  return sum;
}, 0)`;
