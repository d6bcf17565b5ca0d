import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadNative } from './native.js';
import type { Findings } from './testing/veth.js';

const NAMESPACE = `timehub-${process.pid}`;
const PROGRAM = fileURLToPath(new URL('testing/veth.js', import.meta.url));
const PREPARE = `
  set -e
  ip link add vA address 02:00:00:00:00:0a type veth peer name vB address 02:00:00:00:00:0b
  # Both ends are on one machine, so that each hears a source address of its own.
  for each in all vA vB; do echo 1 > /proc/sys/net/ipv4/conf/$each/accept_local; done
  for each in all vA vB; do echo 0 > /proc/sys/net/ipv4/conf/$each/rp_filter; done
  ip address add 10.99.0.1/24 dev vA
  ip address add 10.99.0.2/24 dev vB
  ip link set vA up
  ip link set vB up
  ip address add fe80::a/64 dev vA nodad
  ip address add fe80::b/64 dev vB nodad
`;

describe('two interfaces and a wire between them', function () {
  this.timeout(30_000);
  let findings: Findings;

  before('a network namespace, for which one must be root', function () {
    if (process.getuid?.() !== 0 || loadNative().native === undefined) return this.skip();
    const ip = (...parameters: string[]): string =>
      execFileSync('ip', parameters, { encoding: 'utf8', timeout: 20_000 });
    try {
      ip('netns', 'add', NAMESPACE);
    } catch (error) {
      if (process.env.TIMEHUB_REQUIRE_PEERS === '1') throw error;
      return this.skip();
    }
    try {
      ip('netns', 'exec', NAMESPACE, 'sh', '-c', PREPARE);
      findings = JSON.parse(ip('netns', 'exec', NAMESPACE, process.execPath, PROGRAM));
    } finally {
      ip('netns', 'delete', NAMESPACE);
    }
    return undefined;
  });

  for (const [transport, to] of [
    ['ethernet', '01:1b:19:00:00:00'],
    // The address to reply from: both ends belong to this machine, so the kernel takes the first.
    ['udp4', '10.99.0.1'],
    ['udp6', '::'],
  ] as const) {
    it(`stamps what goes to a group at both ends within 100 µs: ${transport}`, () => {
      const crossings = findings.crossings[transport];
      expect(crossings.map(({ text }) => text)).to.deep.equal(crossings.map((_, i) => `message ${i}`));
      const transitsNs = crossings.map(({ sent, received }) => Number(BigInt(received) - BigInt(sent)));
      // One message may have been delayed by a busy processor.
      expect(transitsNs.sort((a, b) => a - b).at(-2)).to.be.below(100e3);
      for (const crossing of crossings) {
        expect(crossing).to.deep.include({ by: ['kernel', 'kernel'], to });
        expect(BigInt(crossing.before) <= BigInt(crossing.sent)).to.equal(true);
        expect(BigInt(crossing.sent) <= BigInt(crossing.received)).to.equal(true);
      }
    });
  }

  for (const [transport, version, correction] of [
    // A request of version 2.0 is answered in 2.0, one of 2.2 in 2.1. Pdelay_Resp_Follow_Up returns its correctionField.
    ['ethernet', '2.0', '0000000000050000'],
    ['udp4', '2.1', '0000000000000000'],
    ['udp6', '2.1', '0000000000000001'],
  ] as const) {
    it(`answers Pdelay_Req of its domain while the event loop is blocked: ${transport}`, () => {
      const { answers, stayNs, followedNs, counts } = findings.pdelay[transport];
      const requesting = 'aaaaaaaaaaaaaaaa0003';
      expect(answers).to.deep.equal([
        `10 4660 ${version} flags 0 correction ${correction} to ${requesting} of 54`,
        `3 4660 ${version} flags 2 correction 0000000000000000 to ${requesting} of 54`,
      ]);
      // Both latencies are in it, 100 and 1000 ns. The loop is blocked for 60 ms.
      expect(stayNs).to.be.within(1100, 10e6);
      expect(followedNs).to.be.within(stayNs - 1100, 30e6);
      expect(counts).to.include({ requests: 1, responses: 1, followUps: 1, unstamped: 0, unsent: 0 });
    });
  }

  it('limits its CPU time under a flood of Pdelay_Req', () => {
    expect(findings.flooded).to.be.within(0.01, 0.15);
  });

  for (const transport of ['udp4', 'udp6'] as const) {
    it(`gets each message once, to a group or to its address, where two sockets share a port: ${transport}`, () => {
      const once = ['to the group', 'to vB'];
      expect(findings.shared[transport]).to.deep.equal([once, once]);
    });
  }

  it('does not receive its own messages', () => {
    expect(findings.echoes).to.equal(0);
  });

  it('receives priority-tagged frames and frames to its address, none of a VLAN, another type or another group', () => {
    expect(findings.foreign).to.deep.equal(['priority 5', 'to itself', 'last']);
  });

  it('marks its datagrams', () => {
    expect(findings.dscp).to.equal(46);
  });

  it('reports that the carrier is gone and back, and receives again afterwards', () => {
    expect(findings.links).to.deep.equal(['down', 'up']);
    expect(findings.afterwards).to.equal('mended');
  });
});
