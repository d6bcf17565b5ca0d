import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadNative, type Native } from './native.js';
import { arenaOf } from './net/arena.js';

const isRoot = process.getuid?.() === 0;

type Function_ = (...parameters: unknown[]) => unknown;

describe('the native addon', () => {
  let native: Native;
  let folder: string;

  before(function () {
    const loaded = loadNative().native;
    if (loaded === undefined) return this.skip();
    native = loaded;
    folder = mkdtempSync(join(tmpdir(), 'timehub-native-'));
    return undefined;
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const address = fc.constantFrom(
    '127.0.0.1',
    '::1',
    '::',
    '0.0.0.0',
    'fe80::1%lo',
    'fe80::1%nowhere',
    '::ffff:127.0.0.1',
    '',
    'x\0y',
  );
  const port = fc.oneof(
    fc.constantFrom(0, 65535, 65536, -1, 1.5, Number.NaN),
    fc.integer({ min: 20_000, max: 60_000 }),
  );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.constantFrom(new Float64Array(4), new DataView(new ArrayBuffer(8)), Buffer.alloc(70_000), 'text'),
    fc.constant(new Uint8Array(new SharedArrayBuffer(16))),
    fc.constant(null).map(() => {
      const octets = new Uint8Array(100);
      structuredClone(octets, { transfer: [octets.buffer] });
      return octets;
    }),
  );
  const nothing = fc.constant(undefined);
  const callback = fc.constant(() => {});
  const moment = fc.oneof(
    fc.constant(null).map(() => new BigInt64Array(3)),
    fc.constantFrom(new BigInt64Array(2), new BigUint64Array(3), new Float64Array(3), []),
  );
  const path = fc.oneof(
    fc.constantFrom('@timehub-fuzz', '@', '/', '/nowhere/at/all', 'x'.repeat(108), 'ü'.repeat(60), 'a\0b'),
    fc.string(),
  );
  const OWN = Symbol('the open socket');
  const socket = fc.oneof(
    { weight: 3, arbitrary: fc.constant(OWN) },
    fc.integer({ min: -1, max: 10 }),
    fc.constantFrom(2 ** 32, 2 ** 32 - 1, 1e300),
  );
  const ETHERNET = Symbol('the open Ethernet socket');
  const ethernet = fc.oneof(socket, fc.constant(ETHERNET));
  const device = fc.constantFrom('lo', 'nowhere', 'x'.repeat(15), 'x'.repeat(16), '', 'l\0o', '../..');
  const mac = fc.constantFrom(
    '01:1b:19:00:00:00',
    '01:80:C2:00:00:0E',
    '01:1b:19:00:00',
    '01-1b-19-00-00-00',
    '::::::::',
  );
  const stampOptions = {
    transmitStamps: fc.boolean(),
    hardwareStamps: fc.boolean(),
    hardwareClock: fc.constantFrom(0, 3, 2 ** 31 - 1, 2 ** 31, -1),
  };
  const udpOptions = fc.record(
    {
      address,
      port,
      v6Only: fc.boolean(),
      reuse: fc.boolean(),
      peer: address,
      peerPort: port,
      interface: device,
      groups: fc.array(fc.constantFrom('224.0.1.129', 'ff02::6b', '127.0.0.1', 'x'), { maxLength: 18 }),
      multicastTtl: fc.constantFrom(0, 1, 255, 256),
      dscp: fc.constantFrom(0, 46, 63, 64),
      receiveBuffer: fc.constantFrom(0, 1, 2 ** 18, 2 ** 22, 2 ** 22 + 1),
      ...stampOptions,
    },
    { requiredKeys: ['address'] },
  );
  const ethernetOptions = fc.record(
    {
      interface: device,
      etherType: fc.constantFrom(0x88f7, 0, 65535, 65536),
      groups: fc.array(mac, { maxLength: 18 }),
      ...stampOptions,
    },
    { requiredKeys: ['interface', 'etherType'] },
  );
  const pdelayMessage = fc.oneof(
    { weight: 3, arbitrary: fc.uint8Array({ minLength: 54, maxLength: 70 }) },
    payload,
    fc.constantFrom(new Uint8Array(53), new Uint8Array(2049)),
  );
  const latency = fc.constantFrom(0, -25, 1.5, 999_999_999, 1e9, Number.NaN, Number.NEGATIVE_INFINITY);
  const pdelayAnswers = fc.record({
    ...{ response: pdelayMessage, followUp: pdelayMessage, ingressNs: latency, egressNs: latency },
  });
  const messed = (valid: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 6, arbitrary: valid }, { weight: 1, arbitrary: fc.anything() });
  const calls = (...valid: fc.Arbitrary<unknown>[]) =>
    fc.oneof(fc.tuple(...valid.map(messed)), fc.tuple(...valid), fc.array(fc.anything(), { maxLength: 8 }));

  // `exitWithin` ends the process: process-exit.test.ts calls it in another one.
  const parameters: Readonly<Record<Exclude<keyof Native, 'exitWithin'>, fc.Arbitrary<unknown[]>>> = {
    openUdp: calls(udpOptions, callback),
    openEthernet: calls(ethernetOptions, callback),
    answerPdelayOverUdp: calls(udpOptions, address, pdelayAnswers),
    answerPdelayOverEthernet: calls(ethernetOptions, mac, pdelayAnswers),
    readPdelay: calls(socket),
    closePdelay: calls(socket),
    openServerSocket: calls(
      fc.record(
        {
          ...{ address, port, v6Only: fc.boolean(), join: fc.boolean(), receiveBuffer: port, interface: device },
          ...{ share: fc.boolean(), deaf: fc.boolean(), transmitStamps: fc.boolean() },
        },
        { requiredKeys: ['address'] },
      ),
    ),
    serverSocketAddress: calls(socket),
    steerByClient: calls(socket, port),
    closeServerSocket: calls(socket),
    openExchange: calls(
      fc.array(socket, { maxLength: 20 }),
      fc.constant(new ArrayBuffer(64)),
      fc.oneof(
        nothing,
        fc.record({
          stamps: fc.constant(new ArrayBuffer(64)),
          ...{ senders: fc.array(socket, { maxLength: 20 }), nextPorts: fc.array(socket, { maxLength: 20 }) },
        }),
      ),
    ),
    receiveRequests: calls(socket, port),
    sendReplies: calls(socket, port, port),
    readStamps: calls(socket),
    sendFollowUps: calls(socket, port),
    requestAddresses: calls(socket, port),
    closeExchange: calls(socket),
    openUnix: calls(path, fc.constantFrom(0o600, 0o777, 0o1000), callback),
    // Two arguments make no segment, whatever they are.
    openSharedMemory: fc.tuple(messed(fc.constantFrom(0, 0x7448_5542, 2 ** 32)), messed(port)),
    watchLinks: calls(callback),
    send: calls(socket, payload, fc.oneof(nothing, address), port, fc.oneof(nothing, address), moment),
    sendEthernet: calls(ethernet, payload, mac, moment),
    sendUnix: calls(path, payload, fc.oneof(nothing, socket)),
    readInterface: calls(device),
    readStampConfig: calls(device),
    writeStampConfig: calls(device, port, port),
    local: calls(socket),
    close: calls(socket),
    readMoment: calls(moment),
    monotonicRaw: calls(),
    readTimex: calls(),
    slept: calls(),
    hasAesSiv: calls(),
    aesSiv: calls(
      fc.oneof(payload, fc.constant(new Uint8Array(4096))),
      fc.int32Array({ maxLength: 60, min: -3, max: 5000 }),
      fc.constantFrom(0, 1, 3, 6, 7),
    ),
    judgeChain: calls(
      fc.array(payload, { maxLength: 18 }),
      fc.constantFrom('', 'no certificate', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'),
      ...[fc.constantFrom('a.example', '192.0.2.1', ''), fc.boolean(), fc.constantFrom(0, 1.5, 2 ** 32 - 1, 2 ** 32)],
    ),
  };

  for (const [name, arbitrary] of Object.entries(parameters)) {
    it(`answers any arguments of ${name} with a result, a TypeError or the system's error`, () => {
      const own = native.openUdp({ address: '127.0.0.1', transmitStamps: true }, () => {});
      const wire = isRoot ? native.openEthernet({ interface: 'lo', etherType: 0x88f7 }, () => {}) : own;
      const call = native[name as keyof typeof parameters] as Function_;
      const cwd = process.cwd();
      process.chdir(folder);
      try {
        fc.assert(
          fc.property(arbitrary, (values) => {
            try {
              const result = call(...values.map((value) => (value === OWN ? own : value === ETHERNET ? wire : value)));
              if (name === 'openServerSocket') native.closeServerSocket(result as number);
              else if (name === 'openSharedMemory') expect(result).to.have.property('memory');
              else if (/^(open|watch)/.test(name)) native.close(result as number);
              if (name.startsWith('answer')) native.closePdelay(result as number);
            } catch (error) {
              if (error instanceof TypeError) return;
              expect(error).to.be.instanceOf(Error).and.have.property('errno').above(0);
            }
          }),
          { numRuns: 400 },
        );
      } finally {
        process.chdir(cwd);
        native.close(own);
        native.close(wire);
      }
    });
  }

  for (const kind of ['path', 'abstract'] as const) {
    it(`passes datagrams over a Unix socket: ${kind}`, async () => {
      const name = kind === 'path' ? join(folder, 'sock') : `@timehub-test-${process.pid}`;
      const seen: string[] = [];
      let id = 0;
      const done = new Promise<void>((resolve) => {
        id = native.openUnix(name, 0o600, (buffer, count) => {
          const arena = arenaOf(buffer);
          for (let i = 0; i < count; i++) seen.push(Buffer.from(arena.payload(i)).toString());
          if (seen.length === 2) resolve();
        });
      });
      native.sendUnix(name, Buffer.from('READY=1'));
      native.sendUnix(name, Buffer.from('STATUS=ünïcode'));
      await done;
      native.close(id);
      expect(seen).to.deep.equal(['READY=1', 'STATUS=ünïcode']);
      expect(() => native.sendUnix(name, Buffer.from('late'))).to.throw('Connection refused');
    });
  }

  it('does not take a Unix socket for a UDP socket', () => {
    const id = native.openUnix(`@timehub-kind-${process.pid}`, 0o600, () => {});
    expect(() => native.local(id)).to.throw(TypeError, 'an open UDP socket');
    expect(() => native.send(id, new Uint8Array(1), '127.0.0.1', 9, undefined, new BigInt64Array(3))).to.throw(
      TypeError,
    );
    native.close(id);
  });

  it('turns what its callback throws into an uncaught exception, and goes on', () => {
    const program = `
      const native = require(${JSON.stringify(addonPath())});
      process.on('uncaughtException', (error) => console.log(error.message));
      let heard = 0;
      const socket = native.openUdp({ address: '127.0.0.1' }, () => {
        if (++heard === 2) native.close(socket);
        else send();
        throw new Error('boom ' + heard);
      });
      const { address, port } = native.local(socket);
      const send = () => native.send(socket, new Uint8Array(8), address, port, undefined, new BigInt64Array(3));
      send();`;
    const { stdout, status } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect([stdout, status]).to.deep.equal(['boom 1\nboom 2\n', 0]);
  });

  for (const end of ['terminated', 'left alone', 'told to exit'] as const) {
    it(`closes its sockets and threads when a worker thread is ${end}`, async () => {
      const worker = new Worker(
        `const { parentPort, workerData } = require('node:worker_threads');
         const native = require(workerData.path);
         const socket = native.openUdp({ address: '127.0.0.1', transmitStamps: true }, () => { if (workerData.end === 'told to exit') process.exit(); });
         const { address, port } = native.local(socket);
         const answers = { response: new Uint8Array(54), followUp: new Uint8Array(54), ingressNs: 0, egressNs: 0 };
         const wire = { interface: 'lo', etherType: 0x88f7, transmitStamps: true };
         const responder = workerData.isRoot && native.answerPdelayOverEthernet(wire, '01:80:c2:00:00:0e', answers);
         if (workerData.end === 'left alone' && workerData.isRoot) native.closePdelay(responder);
         parentPort.postMessage(port);
         native.send(socket, new Uint8Array(8), address, port, undefined, new BigInt64Array(3));
         if (workerData.end === 'left alone') native.close(socket);`,
        { eval: true, workerData: { path: addonPath(), end, isRoot } },
      );
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      const port = await new Promise<number>((resolve) => worker.once('message', resolve));
      if (end === 'terminated') await worker.terminate();
      await exited;
      native.close(native.openUdp({ address: '127.0.0.1', port }, () => {}));
    });
  }
});

/** The addon file that this process has loaded: the release build or the AddressSanitizer build. */
const addonPath = (): string =>
  process.env.TIMEHUB_ADDON ?? new URL('../../../build/Release/timehub.node', import.meta.url).pathname;
