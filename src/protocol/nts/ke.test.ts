import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { AES_128_GCM_SIV, AES_SIV_CMAC_256 } from './aead.js';
import { judgeKeAnswer, keRequest, LONGEST_COOKIE } from './ke-client.js';
import { exportNtsKeys, type KeyExporter } from './ke-keys.js';
import { KE_RECORD, KeReader, type KeRecord, record, writeKeMessage } from './ke-record.js';
import { answerKe, type KeServerOptions, LONGEST_KE_REQUEST } from './ke-server.js';
import { numbersFrom } from './testing/octets.js';

const exporter: KeyExporter = (label, context, octets) =>
  Uint8Array.from(createHmac('sha512', label).update(context).digest().subarray(0, octets));
const COOKIE = new Uint8Array(100).fill(7);
const SERVER: KeServerOptions = { cookies: (_, count) => Array<Uint8Array>(count).fill(COOKIE) };

function read(message: Uint8Array, limit = LONGEST_KE_REQUEST): readonly KeRecord[] {
  const reader = new KeReader(limit);
  expect(reader.push(message)).to.equal('complete');
  return reader.records;
}

const answerTo = (...records: KeRecord[]) => read(answerKe(records, exporter, SERVER).octets);
const bodies = (records: readonly KeRecord[], wanted: number) =>
  records.filter(({ type }) => type === wanted).map(({ body }) => [...body]);
const cookie = (octets: number): KeRecord => ({ critical: false, type: 5, body: new Uint8Array(octets) });
const PROTOCOL = record(1, [0]);
const SIV = record(4, [15]);

/** The checks nts_ke::* of network-time-pester. */
describe('the key exchange server', () => {
  it('nts_ke::happy: answers NTPv4 and AES-SIV-CMAC-256 alike, with eight cookies (A6)', () => {
    const answer = answerTo(PROTOCOL, SIV);
    expect(answer.map(({ type }) => type)).to.deep.equal([1, 4, 5, 5, 5, 5, 5, 5, 5, 5]);
    expect([bodies(answer, 1), bodies(answer, 4)]).to.deep.equal([[[0, 0]], [[0, 15]]]);
  });

  it('nts_ke::error_on_unknown_next_protocol: answers an empty list (A7)', () =>
    expect(answerTo(record(1, [0xffff]), SIV)).to.deep.equal([record(1, [])]));

  it('nts_ke::ignore_unknown_extra_protocols (A8)', () =>
    expect(bodies(answerTo(record(1, [0xffff, 0]), SIV), 1)).to.deep.equal([[0, 0]]));

  it('nts_ke::error_on_unknown_aead: answers an empty list, and no cookie (A9)', () =>
    expect(answerTo(PROTOCOL, record(4, [0xffff]))).to.deep.equal([PROTOCOL, record(4, [])]));

  it('nts_ke::ignore_unknown_extra_aead (A10)', () =>
    expect(bodies(answerTo(PROTOCOL, record(4, [0xffff, 15])), 4)).to.deep.equal([[0, 15]]));

  it('nts_ke::empty_message_resolves_in_error: bad request (A11)', () =>
    expect(answerTo()).to.deep.equal([record(2, [1])]));

  it('refuses an unknown critical record and skips another one (E5)', () => {
    expect(answerTo(PROTOCOL, SIV, record(77, []))).to.deep.equal([record(2, [0])]);
    expect(bodies(answerTo(PROTOCOL, SIV, record(77, [1], false)), 5)).to.have.length(8);
  });

  it('refuses two lists, empty ones, odd ones, and a protocol that is not critical (E7)', () => {
    for (const request of [
      [PROTOCOL, PROTOCOL, SIV],
      [PROTOCOL, SIV, SIV],
      [record(1, []), SIV],
      [PROTOCOL, record(4, [])],
      [PROTOCOL, { ...SIV, body: Uint8Array.of(0, 15, 0) }],
      [PROTOCOL],
      [record(1, [0], false), SIV],
      [PROTOCOL, SIV, cookie(100)],
    ])
      expect(answerTo(...request), JSON.stringify(request)).to.deep.equal([record(2, [1])]);
  });

  it('prefers AES-SIV-CMAC-256, and takes AES-128-GCM-SIV of a client without it; critical or not (E8)', () => {
    expect(bodies(answerTo(PROTOCOL, record(4, [99, 30, 15], false)), 4)).to.deep.equal([[0, 15]]);
    expect(bodies(answerTo(PROTOCOL, record(4, [99, 30], false)), 4)).to.deep.equal([[0, 30]]);
  });

  it('names another host and port', () => {
    const { octets } = answerKe([PROTOCOL, SIV], exporter, { ...SERVER, host: 'ntp.example.org', port: 11123 });
    const verdict = judgeKeAnswer(read(octets));
    expect(verdict).to.have.nested.property('agreement.host', 'ntp.example.org');
    expect(verdict).to.have.nested.property('agreement.port', 11123);
  });
});

describe('the key exchange server of a pool', () => {
  const KEYS = Uint8Array.from({ length: 64 }, (_, i) => i);
  const critical = (type: number, body: Uint8Array = new Uint8Array(0)): KeRecord => ({ critical: true, type, body });
  const pooled = (...records: KeRecord[]) => answerKe(records, exporter, { ...SERVER, isPool: true });

  it('tells what it has, and gives no keys then', () => {
    const { octets, keys } = pooled(critical(9), critical(10), PROTOCOL, SIV);
    expect(keys).to.equal(undefined);
    expect(read(octets)).to.deep.equal([record(9, [0]), record(10, [15, 32, 30, 16])]);
    expect(read(pooled(critical(10)).octets)).to.deep.equal([record(10, [15, 32, 30, 16])]);
  });

  it('seals the keys of the pool’s client in place of those of the session', () => {
    const { octets, keys } = pooled(PROTOCOL, SIV, critical(12, KEYS), record(8, [], false));
    expect(keys).to.deep.equal({ cipher: AES_SIV_CMAC_256, c2s: KEYS.slice(0, 32), s2c: KEYS.slice(32) });
    expect(bodies(read(octets), 5)).to.have.length(8);
    expect(bodies(read(octets), 8), 'one exchange a connection').to.have.length(0);
  });

  for (const [what, records] of [
    ['keys of another length', [PROTOCOL, SIV, critical(12, KEYS.slice(0, 63))]],
    ['two ciphers', [PROTOCOL, record(4, [15, 30]), critical(12, KEYS)]],
    ['two protocols', [record(1, [0, 1]), SIV, critical(12, KEYS)]],
  ] as const)
    it(`refuses ${what}`, () => expect(read(pooled(...records).octets)).to.deep.equal([record(2, [1])]));

  for (const type of [9, 10, 12])
    it(`does not know record ${type} of another client`, () =>
      expect(answerTo(PROTOCOL, SIV, critical(type, KEYS))).to.deep.equal([record(2, [0])]));
});

describe('the keys', () => {
  it('are exported with protocol, cipher and direction (E14)', () => {
    const seen: string[] = [];
    const spy: KeyExporter = (label, context, octets) => {
      seen.push(`${label} ${Buffer.from(context).toString('hex')} ${octets}`);
      return new Uint8Array(octets);
    };
    exportNtsKeys(AES_SIV_CMAC_256, false, spy);
    exportNtsKeys(AES_128_GCM_SIV, true, spy);
    exportNtsKeys(AES_128_GCM_SIV, false, spy);
    const label = 'EXPORTER-network-time-security';
    expect(seen).to.deep.equal([
      `${label} 0000000f00 32`,
      `${label} 0000000f01 32`,
      `${label} 0000001e00 16`,
      `${label} 0000001e01 16`,
      // chrony before 4.7
      `${label} 0000000f00 16`,
      `${label} 0000000f01 16`,
    ]);
  });

  it('of AES-128-GCM-SIV are alike at both ends, with and without chrony’s record', () => {
    for (const extra of [[], [record(KE_RECORD.compliantGcmSiv, [], false)]]) {
      const { octets, keys } = answerKe([PROTOCOL, record(4, [30]), ...extra], exporter, SERVER);
      const verdict = judgeKeAnswer(read(octets));
      if (!('agreement' in verdict)) throw new Error(verdict.fault);
      const { cipher, compliant } = verdict.agreement;
      expect(compliant).to.equal(extra.length === 1);
      expect(exportNtsKeys(cipher, compliant, exporter)).to.deep.equal(keys);
    }
  });
});

describe('the key exchange client', () => {
  const good = [PROTOCOL, SIV, cookie(100)];
  const fault = (...records: KeRecord[]): string => {
    const verdict = judgeKeAnswer(records);
    return 'fault' in verdict ? verdict.fault : 'none';
  };

  it('asks for NTPv4 with both ciphers, the one that every server has first', () =>
    expect(read(keRequest())).to.deep.equal([record(1, [0]), record(4, [15, 30]), record(1024, [], false)]));

  it('names the servers of a pool that it does not want, in records that another server may skip', () => {
    const records = read(keRequest(undefined, ['ntp1.example.org', '192.0.2.1']));
    expect(records.filter(({ type }) => type === KE_RECORD.serverDeny)).to.deep.equal([
      { critical: false, type: 13, body: Uint8Array.from(Buffer.from('ntp1.example.org')) },
      { critical: false, type: 13, body: Uint8Array.from(Buffer.from('192.0.2.1')) },
    ]);
    expect(answerKe(records, exporter, SERVER).keys).not.to.equal(undefined);
  });

  it('takes a good answer', () => {
    expect(judgeKeAnswer(good)).to.deep.equal({
      agreement: {
        cipher: AES_SIV_CMAC_256,
        compliant: false,
        cookies: [new Uint8Array(100)],
        host: undefined,
        written: undefined,
        port: 123,
      },
    });
  });

  for (const [name, reason, records] of [
    ['a refusal', 'refuses: it calls the request malformed', [record(2, [1])]],
    ['an unknown error (E9)', 'refuses: it reports the error 9', [record(2, [9])]],
    ['a warning (E9)', 'reports the warning 3, which is unknown', [...good, record(3, [3])]],
    ['an unknown critical record', 'demands a record of type 99, which is unknown', [...good, record(99, [])]],
    ['no protocol in common', 'does not offer NTPv4', [record(1, [])]],
    ['another protocol', 'chose a protocol that was not asked for', [record(1, [1]), SIV, cookie(100)]],
    ['no protocol', 'names no protocol, or several lists of them', [SIV, cookie(100)]],
    ['a protocol that is not critical', 'does not mark its choice of protocol as critical', [record(1, [0], false)]],
    ['no cipher in common', 'has none of the ciphers AES-SIV-CMAC-256, AES-128-GCM-SIV', [PROTOCOL, record(4, [])]],
    ['another cipher', 'chose a cipher that was not offered', [PROTOCOL, record(4, [17]), cookie(100)]],
    ['two ciphers', 'chose a cipher that was not offered', [PROTOCOL, record(4, [15, 30]), cookie(100)]],
    ['no cookie', 'gave no usable cookie', [PROTOCOL, SIV]],
    ['empty and huge cookies', 'gave no usable cookie', [PROTOCOL, SIV, cookie(0), cookie(LONGEST_COOKIE + 1)]],
    ['port 0', 'names an NTP port that is none', [...good, record(7, [0])]],
    ['a host with a space', 'names an NTP server that is no host name', [...good, { ...cookie(3), type: 6 }]],
  ] as const)
    it(`says so: ${name}`, () => expect(fault(...records)).to.equal(reason));

  it('keeps eight cookies of twenty, and skips an unknown record that is not critical', () => {
    const verdict = judgeKeAnswer([...good, ...Array.from({ length: 20 }, () => cookie(64)), record(77, [1], false)]);
    expect(verdict).to.have.nested.property('agreement.cookies.length', 8);
  });

  for (const [sent, host] of [
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['ntp.example.org.', 'ntp.example.org'],
  ] as const)
    it(`goes to the NTP server ${sent} (E11)`, () => {
      const body = Buffer.from(sent);
      expect(judgeKeAnswer([...good, { critical: true, type: 6, body }])).to.have.nested.property(
        'agreement.host',
        host,
      );
    });
});

describe('the reader of records', () => {
  const message = writeKeMessage([PROTOCOL, SIV, cookie(300)]);

  it('takes a message in pieces of any size (E4)', () => {
    for (let size = 1; size <= message.length; size++) {
      const reader = new KeReader(1000);
      const states = new Set<string>();
      for (let at = 0; at < message.length; at += size) states.add(reader.push(message.subarray(at, at + size)));
      expect([...states].at(-1)).to.equal('complete');
      expect(reader.records).to.deep.equal([PROTOCOL, SIV, cookie(300)]);
    }
  });

  it('notices octets after the end (E6), and a message that is too long', () => {
    expect(new KeReader(1000).push(Buffer.concat([message, Uint8Array.of(0)]))).to.equal('excess');
    const reader = new KeReader(1000);
    reader.push(message);
    expect(reader.push(Uint8Array.of(0))).to.equal('excess');
    expect(new KeReader(100).push(message)).to.equal('long');
  });
});

describe('10⁵ mutated key exchanges', () => {
  it('make neither end throw, and no answer is longer than its cookies allow', () => {
    const next = numbersFrom(0xbeef);
    const outcomes = new Set<string>();
    const good = [keRequest(), answerKe([PROTOCOL, record(4, [30, 15])], exporter, SERVER).octets];
    for (let i = 0; i < 100_000; i++) {
      const octets = next(8) === 0 ? Uint8Array.from({ length: next(80) }, () => next(256)) : good[next(2)]!.slice();
      for (let n = next(4); n > 0 && octets.length > 0; n--) octets[next(Math.min(60, octets.length))] = next(256);
      const reader = new KeReader(4096);
      const progress = reader.push(octets.subarray(0, next(4) === 0 ? next(octets.length + 1) : octets.length));
      outcomes.add(progress);
      if (progress !== 'complete') continue;
      const verdict = judgeKeAnswer(reader.records);
      outcomes.add('fault' in verdict ? 'fault' : 'agreement');
      const { octets: answer, keys } = answerKe(reader.records, exporter, SERVER);
      outcomes.add(keys === undefined ? 'refused' : 'answered');
      if (answer.length > 1000) throw new Error(`round ${i}: ${answer.length} octets`);
    }
    expect([...outcomes]).to.have.members([
      ...['more', 'complete', 'excess', 'fault', 'agreement', 'refused', 'answered'],
    ]);
  }).timeout(20_000);
});
