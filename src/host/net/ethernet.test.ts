import { expect } from 'chai';
import type { ErrorCode, Frame, Stamp } from '../../api/index.js';
import { noteClockChange } from '../converted-stamps.js';
import type { BatchHandler, Native, NativeEthernetOptions } from '../native.js';
import { openEthernet } from './ethernet.js';
import { RECEIVE_FILTERS } from './interface.js';
import { PortSharing } from './port-sharing.js';
import { openUdp } from './udp.js';

const sharing = new PortSharing();

/** A record with a hardware stamp, as the addon writes it (native/arena.h). */
interface Written {
  readonly kind: 0 | 1;
  readonly number: number;
  readonly stampedBy: 0 | 1 | 2;
  readonly time: bigint;
  readonly monotonic: bigint;
  readonly from?: string;
  readonly to?: string;
}
const RECORD = 224;
const PAYLOADS = 32 * RECORD;

function arena(records: readonly Written[]): ArrayBuffer {
  const octets = Buffer.from(new ArrayBuffer(PAYLOADS + 4096));
  for (const [i, { kind, number, stampedBy, time, monotonic, from = '', to = '' }] of records.entries()) {
    const at = i * RECORD;
    octets.writeBigInt64LE(time, at);
    octets.writeBigInt64LE(monotonic, at + 8);
    for (const [word, value] of [kind, number, stampedBy, PAYLOADS, 0, from.length, to.length].entries()) {
      octets.writeInt32LE(value, at + 16 + 4 * word);
    }
    octets.write(from, at + 48, 'latin1');
    octets.write(to, at + 160, 'latin1');
  }
  octets.write('payload', PAYLOADS);
  return octets.buffer as ArrayBuffer;
}

/** A fake addon with an interface that has hardware stamps, which this machine may lack. */
function stand(failWith?: number) {
  const calls: string[] = [];
  let config = { transmitType: 0, receiveFilter: 0 };
  let batch: BatchHandler = () => {};
  let given: NativeEthernetOptions | undefined;
  const native: Partial<Native> = {
    readInterface: () => ({
      index: 2,
      flags: 0x43,
      mac: '02:00:00:00:00:01',
      stamps: 0x5f,
      clock: 2,
      transmitTypes: 3,
      receiveFilters: 0x1003,
    }),
    readStampConfig: () => config,
    writeStampConfig: (_name, transmitType, receiveFilter) => {
      config = { transmitType, receiveFilter };
      calls.push(`${transmitType} ${RECEIVE_FILTERS[receiveFilter]}`);
      return config;
    },
    openEthernet: (options, onBatch) => {
      if (failWith !== undefined) throw Object.assign(new Error('socket'), { errno: failWith });
      given = options;
      batch = onBatch;
      return 1;
    },
    openUdp: (_options, onBatch) => {
      batch = onBatch;
      return 1;
    },
    local: () => ({ address: '::', port: 319 }),
    close: () => void calls.push('close'),
  };
  return {
    native: native as Native,
    calls,
    options: () => given,
    deliver: (records: readonly Written[]) => batch(arena(records), records.length),
  };
}

const OPTIONS = { interface: 'nic0', etherType: 0x88f7, hardwareStamps: true, transmitStamps: true } as const;
const STAMPED = { stampedBy: 2, time: 37_000_000_123n, monotonic: 5_000n } as const;

describe('a layer 2 socket with hardware stamps', () => {
  it('delivers stamps of the interface’s clock, and the kernel’s where the hardware made none', () => {
    const { native, deliver, calls } = stand();
    const socket = openEthernet(native, OPTIONS);
    const heard: [string, Stamp][] = [];
    socket.onFrame(({ payload, from, received }: Frame) =>
      heard.push([`${Buffer.from(payload)} from ${from}`, received]),
    );
    socket.onSent((id, sent) => heard.push([`sent ${id}`, sent]));
    const from = '02:00:00:00:00:02';
    deliver([
      { kind: 0, number: 7, ...STAMPED, from },
      { kind: 1, number: 4, ...STAMPED },
      { kind: 0, number: 7, ...STAMPED, stampedBy: 1, from },
    ]);
    socket.close();
    const { time, monotonic } = STAMPED;
    expect(socket.stamps).to.equal('hardware');
    expect(heard).to.deep.equal([
      [`payload from ${from}`, { clock: 'phc:ptp2', time, monotonic, by: 'hardware' }],
      ['sent 4', { clock: 'phc:ptp2', time, monotonic, by: 'hardware' }],
      [`payload from ${from}`, { clock: 'system', time, monotonic, by: 'kernel' }],
    ]);
    expect(calls).to.deep.equal(['1 ptpv2-event', 'close', '0 none']);
  });

  it('names the virtual clock that makes its stamps', () => {
    const { native, deliver, options } = stand();
    const socket = openEthernet(native, { ...OPTIONS, hardwareClock: 6 });
    const stamps: Stamp[] = [];
    socket.onSent((_id, sent) => stamps.push(sent));
    deliver([{ kind: 1, number: 0, ...STAMPED }]);
    socket.close();
    expect(stamps.map(({ clock }) => clock)).to.deep.equal(['phc:ptp6']);
    expect(options()).to.include({ hardwareStamps: true, hardwareClock: 6 });
  });

  it('drops what a virtual clock stamped before its last change, which the kernel has converted by the new rate', () => {
    const { native, deliver } = stand();
    const virtual = openEthernet(native, { ...OPTIONS, hardwareClock: 9 });
    const heard: (Stamp | string)[] = [];
    virtual.onFrame(({ received }) => heard.push(received.time === STAMPED.time ? 'frame' : received));
    virtual.onSent(() => heard.push('sent'));
    const both = [
      { kind: 0, number: 7, ...STAMPED },
      { kind: 1, number: 4, ...STAMPED },
    ] as const;
    noteClockChange('phc:ptp9', STAMPED.time);
    deliver(both);
    expect(heard.splice(0)).to.deep.equal(['frame', 'sent']);
    noteClockChange('phc:ptp9', STAMPED.time + 1n);
    deliver(both);
    expect(heard).to.deep.equal([]);
    // The kernel's stamp is of the system clock.
    deliver([{ kind: 0, number: 7, ...STAMPED, stampedBy: 1 }]);
    expect(heard).to.deep.equal(['frame']);
    virtual.close();
  });

  it('enables no hardware stamps unless asked', () => {
    const { native, calls } = stand();
    openEthernet(native, { ...OPTIONS, hardwareStamps: false }).close();
    expect(calls).to.deep.equal(['close']);
  });

  for (const [errno, code] of [
    [1, 'TH_NET_RAW_PRIVILEGE'],
    [19, 'TH_NET_INTERFACE'],
    [97, 'TH_NET_OPEN'],
    [12, 'TH_NET_OPEN'],
  ] as const satisfies readonly (readonly [number, ErrorCode])[]) {
    it(`puts the interface back as it was when it cannot be opened: errno ${errno}`, () => {
      const { native, calls } = stand(errno);
      expect(() => openEthernet(native, OPTIONS))
        .to.throw()
        .with.property('code', code);
      expect(calls).to.deep.equal(['1 ptpv2-event', '0 none']);
    });
  }
});

describe('a UDP socket with hardware stamps', () => {
  for (const [port, filter] of [
    [319, 'ptpv2-event'],
    [123, 'all'],
  ] as const) {
    it(`asks for what its port needs: ${port}`, () => {
      const { native, calls } = stand();
      openUdp(native, { interface: 'nic0', port, hardwareStamps: true }, sharing).close();
      expect(calls).to.deep.equal([`1 ${filter}`, 'close', '0 none']);
    });
  }

  it('needs an interface, as groups do', () => {
    const { native } = stand();
    expect(() => openUdp(native, { hardwareStamps: true }, sharing)).to.throw(TypeError, 'need an interface');
    expect(() => openUdp(native, { groups: ['224.0.1.129'] }, sharing)).to.throw(TypeError, 'need an interface');
  });
});
