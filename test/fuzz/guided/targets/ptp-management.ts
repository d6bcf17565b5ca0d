import {
  ALL_PORTS,
  answerManagement,
  DATA_SETS,
  type DataSet,
  dataSetName,
  decode,
  encode,
  findTlv,
  type ManagedClock,
  type Management,
  NO_TIME_FLAGS,
  Subscribers,
} from '../../../../src/protocol/ptp/index.js';
import { headerOf, portOf } from '../../../../src/protocol/ptp/port/testing/messages.js';
import { framesOf, joinFrames, outcomeOf, type Target } from '../target.js';
import { frameOf, repairPtp } from './ptp-frames.js';

const MOST_OCTETS = 1500;
const MOST_ANSWERS = 64;
const DOMAIN_AT = 4;
const quality = { clockClass: 6, accuracy: 0x21, variance: 0x4e5d };
const portSet = (port: number): DataSet<'port-data-set'> => ({
  ...{ port: portOf(5, port), state: 6, logMinDelayReqInterval: 0, peerMeanPathDelay: 0n, logAnnounceInterval: 1 },
  ...{ announceReceiptTimeout: 3, logSyncInterval: -3, delayMechanism: 1, logMinPdelayReqInterval: 0, version: 0x12 },
});
const clock: ManagedClock = {
  identity: portOf(5).clock,
  domain: 0,
  clock: {
    'default-data-set': {
      ...{ flags: { twoStep: true, slaveOnly: false }, numberPorts: 2, priority1: 1, quality, priority2: 7 },
      ...{ clock: portOf(5).clock, domain: 0 },
    },
    'grandmaster-settings-np': { quality, currentUtcOffset: 37, flags: NO_TIME_FLAGS, timeSource: 0x20 },
  },
  ports: new Map([1, 2].map((port) => [port, { 'port-data-set': portSet(port) }])),
};

const ask = (id: number, action: Management['action'], data = new Uint8Array(0)): Uint8Array =>
  frameOf({
    kind: 'management',
    header: headerOf(portOf(9, 77), 1234),
    ...{ target: ALL_PORTS, startingHops: 1, hops: 1, action },
    tlvs: [{ kind: 'management', id, data }],
  });

const buffer = new Uint8Array(MOST_OCTETS);

/** Management messages of a client at the Unix socket, which may subscribe to events. */
export const target: Target = {
  seeds: [
    joinFrames(Object.values(DATA_SETS).map(({ id }) => ask(id, 'get'))),
    joinFrames([ask(DATA_SETS['subscribe-events-np'].id, 'set', Uint8Array.from([0, 60, 7, ...Array(63).fill(0)]))]),
    joinFrames([ask(DATA_SETS.priority1.id, 'set', Uint8Array.of(1, 0)), ask(DATA_SETS.null.id, 'command')]),
  ],
  form: 'frames',
  maxOctets: 8192,
  repair: (octets, length) => {
    repairPtp(octets, length);
    if (length > DOMAIN_AT) octets[DOMAIN_AT] = 0;
  },
  run: (input) => {
    const subscribers = new Subscribers();
    let now = 0n;
    let answered = 0;
    let last = '';
    for (const frame of framesOf(input)) {
      now += 1_000_000_000n;
      const request = decode(frame);
      if (request.kind !== 'management') continue;
      const from = `/${request.header.source.port % 32}`;
      const subscribe = (wish: DataSet<'subscribe-events-np'>) =>
        subscribers.subscribe(request, from, wish, clock, now);
      const managed = () => ({
        ...clock,
        clock: { ...clock.clock, 'subscribe-events-np': subscribers.subscriptionOf(from, now) },
      });
      const answers = answerManagement(request, managed, 1, {
        set: (name, value) =>
          name === 'subscribe-events-np' ? subscribe(value as DataSet<'subscribe-events-np'>) : 'not-setable',
      });
      if (answers.length > MOST_ANSWERS) throw new Error(`${answers.length} answers`);
      for (const answer of answers)
        if (decode(buffer.slice(0, encode(answer, buffer))).kind === 'rejected')
          throw new Error('the answer cannot be read');
      // Without subscribers, the management socket does not ask for notices.
      if (subscribers.size > 0) for (const { message } of subscribers.notices(clock, now)) encode(message, buffer);
      answered += answers.length;
      const tlv = findTlv(request.tlvs, 'management');
      last = `${request.action} ${tlv && dataSetName(tlv.id)} ${answers[0]?.tlvs[0]?.kind}`;
    }
    return outcomeOf(last, Math.min(3, answered), Math.min(2, subscribers.size));
  },
};
