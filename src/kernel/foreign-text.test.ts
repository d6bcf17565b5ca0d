import { expect } from 'chai';
import { defineSource, type HubEvent, NS_PER_S, type SourceContext } from '../api/index.js';
import { createLabHost } from '../lab/host.js';
import { planOf } from '../lab/plan-instance.js';
import { assembleHub } from './assembly/assemble.js';
import { ABORT, EVENT_LOG, LOG } from './assembly/tokens.js';

const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
const options = { prefer: false, trust: false, require: false, noselect: false, offsetNs: 0, asymmetryNs: 0 };

const HOSTILE: Readonly<Record<string, string>> = {
  'a command of the terminal': '\x1b]0;PWNED\x07\x1b[2J',
  'a line of its own': '\r\nWARNING all is well',
  'C1 controls': '\x9b31m',
  'bidirectional controls': '\u202egpj\u2066',
  'line separators': '\u2028\u2029',
  'a megabyte': 'x'.repeat(1 << 20),
};

/** Runs a hub with one source, and returns each text of its report, log and event log. */
async function shown(act: (context: SourceContext) => void, inspected: Record<string, unknown> = {}) {
  const host = createLabHost();
  const texts: string[] = [];
  const see = (value: unknown, key?: string): void => {
    if (key !== undefined) texts.push(key);
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) for (const [k, item] of Object.entries(value)) see(item, k);
  };
  const note = (message: string, fields?: object) => see([message, fields]);
  const hub = assembleHub(host, { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e7 }, (parts) =>
    parts
      .value(ABORT, () => {})
      .value(EVENT_LOG, { write: (record) => see(record), note: '', close: async () => {} })
      .value(LOG, () => ({ debug: note, info: note, warn: note })),
  );
  const events: HubEvent[] = [];
  hub.report.onEvent((event) => events.push(event));
  const definition = defineSource({
    ...{ type: 'x', summary: '', stability: 'beta', needs: [], config: schema },
    create: (_config, context) => ({
      start: async () => act(context),
      stop: async () => {},
      inspect: () => inspected,
    }),
  });
  await hub.start([planOf('x.a', definition, {}, options)]);
  await host.run(3 * NS_PER_S);
  see([hub.report.status(), hub.report.detail('x.a'), hub.report.why().split('\n'), hub.report.metrics(), events]);
  await hub.stop();
  return texts;
}

const WAYS: Readonly<Record<string, (context: SourceContext, text: string) => void>> = {
  health: (context, text) => context.health('degraded', text),
  unreachable: (context, text) => context.unreachable(text),
  discontinuity: (context, text) => context.discontinuity(text, 5),
  replaced: (context, text) => context.replaced(text),
  claims: (context, text) => {
    const { clock, monotonic } = context.read('system');
    const grandmaster = { identity: text, path: [text] } as never;
    const more = { reference: text, address: text, parent: text, grandmaster };
    context.report({
      claims: { synchronised: false, flaw: text, stratum: 1, ...more },
      observations: [
        { kind: 'reading', clock, monotonic, offsetNs: 0, stamp: 'kernel', noiseFloorNs: 1e3, path: text },
      ],
    });
  },
  'a fault': (context, text) => context.fail(new Error(text)),
  'the log': (context, text) => context.log.warn(text, { text, [text]: [text] }),
  'a label': (context, text) => context.metrics.counter('x_total', 'X.', { peer: text })(),
};

describe('a text of a peer that a plugin passes on', () => {
  for (const [what, text] of Object.entries(HOSTILE)) {
    for (const [way, act] of Object.entries(WAYS)) {
      it(`is clean and short everywhere: ${what} by ${way}`, async () => {
        const texts = await shown((context) => act(context, `peer ${text}`));
        expect(texts.some((each) => each.includes('peer '))).to.equal(true);
        for (const each of texts) {
          expect(each).to.not.match(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(each.length).to.be.below(1200);
        }
      });
    }

    it(`is clean and short in what an instance shows of itself: ${what}`, async () => {
      const texts = await shown(() => {}, { peer: `peer ${text}`, [`peer ${text}`]: [{ of: text }] });
      expect(texts.filter((each) => each.includes('peer ')).length).to.be.at.least(2);
      for (const each of texts) {
        expect(each).to.not.match(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(each.length).to.be.below(1200);
      }
    });
  }
});
