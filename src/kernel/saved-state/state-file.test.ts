import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Instant } from '../../api/index.js';
import type { SavedState } from '../../core/persistence/saved-state.js';
import { StateFile } from './state-file.js';

const HOUR = 3_600_000_000_000n;
const NOW: Instant = 1_795_255_200_000_000_000n;
const STATE: SavedState = {
  clocks: [{ clock: 'system', frequencyPpb: -7214.25, sigmaPpb: 12, wanders: [{ wander: 1e-18, weight: 1 }] }],
  tracks: [
    {
      key: 'ntp.a',
      address: '192.0.2.1:123',
      delayNs: 20e6,
      delaySigmaNs: 5e3,
      noiseNs: 1e6,
      shapes: [{ rho: 0.1, logWeight: 0 }],
    },
  ],
};

const VALUES = { 'ptp.eth0': { delayNs: 412 } };

describe('the state file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-state-'));
    path = join(folder, 'state.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const kept = async (utc = NOW): Promise<StateFile> => {
    const file = new StateFile(folder);
    await file.save({ state: STATE, utc }, VALUES);
    return file;
  };
  const loaded = (utc = NOW) => new StateFile(folder).load(utc);

  it('comes back as it was, and a restart costs next to nothing', async () => {
    await kept();
    const { clocks, tracks } = (await loaded()).core!;
    expect(tracks).to.deep.equal(STATE.tracks);
    expect(clocks[0]).to.include({ clock: 'system', frequencyPpb: -7214.25 });
    expect(clocks[0]!.sigmaPpb).to.be.within(12, 100);
  });

  it('is the less sure of a frequency the older it is', async () => {
    await kept();
    const sigmas = await Promise.all(
      [0n, 1n, 24n, 24n * 300n].map(async (hours) => {
        return (await loaded(NOW + hours * HOUR)).core!.clocks[0]!.sigmaPpb;
      }),
    );
    expect(sigmas).to.deep.equal([...sigmas].sort((a, b) => a - b));
    expect(sigmas[2]).to.be.within(900, 1500);
    expect(sigmas[3]).to.be.within(4000, 8000);
  });

  it('replaces the one before, leaves nothing else behind, and is written whole', async () => {
    const file = await kept();
    const nothing = { clocks: [], tracks: [] };
    await Promise.all([
      file.save({ state: { ...STATE, tracks: [] }, utc: NOW }, { 'x.y': 1 }),
      file.save({ state: nothing, utc: NOW }, {}),
    ]);
    expect(readdirSync(folder)).to.deep.equal(['state.json']);
    expect(await file.load(NOW)).to.deep.equal({ core: nothing, instances: {} });
    expect(file.note).to.equal('');
  });

  it('makes its folder', async () => {
    const file = new StateFile(join(folder, 'a/b'));
    await file.save({ state: STATE, utc: NOW }, {});
    expect(existsSync(join(folder, 'a/b/state.json'))).to.equal(true);
  });

  it('is no fault when there is none', async () => {
    const file = new StateFile(folder);
    expect(await file.load(NOW)).to.deep.equal({ core: undefined, instances: {} });
    expect(file.note).to.equal('');
  });

  it('that cannot be written is a note, until it can', async () => {
    writeFileSync(join(folder, 'taken'), '');
    const file = new StateFile(join(folder, 'taken'));
    await file.save({ state: STATE, utc: NOW }, {});
    expect(file.note).to.match(/^the state for the next start cannot be saved: .*taken/);
    rmSync(join(folder, 'taken'));
    await file.save({ state: STATE, utc: NOW }, {});
    expect(file.note).to.equal('');
  });

  for (const [what, spoil, why] of [
    ['is empty', () => '', /it is not JSON$/],
    ['was cut short', (text: string) => text.slice(0, text.length / 2), /it is not JSON$/],
    ['is of another version', (text: string) => text.replace('"version": 2', '"version": 3'), /version: /],
    ['lacks its date', (text: string) => text.replace('"when"', '"then"'), /when: /],
    ['holds nonsense', (text: string) => text.replace('-7214.25', '"fast"'), /clocks\.0\.frequencyPpb: /],
    ['holds what no oscillator does', (text: string) => text.replace('-7214.25', '-1e9'), /clocks\.0\.frequencyPpb: /],
    ['holds a noise below zero', (text: string) => text.replace('1000000,', '-1,'), /tracks\.0\.noiseNs: /],
    ['is a list', () => '[]', /is not used: /],
  ] as const) {
    it(`is not used when it ${what}, and that is noted until there is a new one`, async () => {
      await kept();
      writeFileSync(path, spoil(readFileSync(path, 'utf8')));
      const file = new StateFile(folder);
      expect((await file.load(NOW)).core).to.equal(undefined);
      expect(file.note).to.match(why);
      expect(file.note).to.include(path);
      await file.save({ state: STATE, utc: NOW }, {});
      expect(file.note).to.equal('');
    });
  }

  it('is not used when it comes from the future or from long ago', async () => {
    await kept(NOW + 72n * HOUR);
    const early = new StateFile(folder);
    expect(await early.load(NOW)).to.deep.equal({ core: undefined, instances: VALUES });
    expect(early.note).to.match(/3 days after the present time/);
    await kept(NOW - 24n * 400n * HOUR);
    const late = new StateFile(folder);
    expect(await late.load(NOW)).to.deep.equal({ core: undefined, instances: VALUES });
    expect(late.note).to.match(/400 days old/);
  });

  it('of version 1 is used too', async () => {
    await kept();
    const { learnt } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ version: 1, ...learnt }));
    const file = new StateFile(folder);
    expect((await file.load(NOW)).core!.tracks).to.deep.equal(STATE.tracks);
    expect(file.note).to.equal('');
  });

  it('is used when the machine’s clock is some hours behind at its start', async () => {
    await kept(NOW + 2n * HOUR);
    expect((await loaded()).core!.clocks[0]!.sigmaPpb).to.be.above(500);
  });

  describe('and the values of instances', () => {
    it('come back even if the engine’s state is not used', async () => {
      await kept();
      expect((await loaded()).instances).to.deep.equal(VALUES);
      writeFileSync(path, readFileSync(path, 'utf8').replace('-7214.25', '"fast"'));
      expect(await loaded()).to.deep.equal({ core: undefined, instances: VALUES });
    });

    it('are saved while UTC is unknown, and the engine’s older state stays with its date', async () => {
      await kept();
      const file = new StateFile(folder);
      await file.load(NOW + HOUR);
      await file.save(undefined, { 'x.y': 1 });
      const { core, instances } = await loaded(NOW + 24n * HOUR);
      expect(instances).to.deep.equal({ 'x.y': 1 });
      expect(core!.clocks[0]!.sigmaPpb).to.be.within(900, 1500);
    });

    it('are saved without any state of the engine', async () => {
      await new StateFile(folder).save(undefined, VALUES);
      const file = new StateFile(folder);
      expect(await file.load(NOW)).to.deep.equal({ core: undefined, instances: VALUES });
      expect(file.note).to.equal('');
    });

    it('do no harm when they are damaged', async () => {
      await kept();
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, JSON.stringify({ ...JSON.parse(text), instances: 'gone' }));
      const { core, instances } = await loaded();
      expect(core!.tracks).to.deep.equal(STATE.tracks);
      expect(instances).to.deep.equal({});
    });
  });

  it('that was tampered with has a clean, short fault and a bounded number of values', async () => {
    const file = new StateFile(folder);
    await file.save({ state: STATE, utc: NOW }, VALUES);
    const content = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
    const [track] = content.learnt.tracks;
    const hostile = '\x1b]0;x\x07\u202e\n'.repeat(40_000);
    const tampered: readonly object[] = [
      { version: hostile },
      { learnt: { ...content.learnt, when: hostile } },
      { learnt: { ...content.learnt, tracks: [{ ...track, delayNs: hostile }] } },
      { learnt: { ...content.learnt, tracks: [{ ...track, key: hostile }] } },
      { learnt: { ...content.learnt, tracks: new Array(2000).fill(track) } },
      { learnt: { ...content.learnt, clocks: [{ ...content.learnt.clocks[0], clock: `phc:${hostile}` }] } },
    ];
    for (const part of tampered) {
      writeFileSync(join(folder, 'state.json'), JSON.stringify({ ...content, ...part }));
      const damaged = new StateFile(folder);
      expect((await damaged.load(NOW)).core, Object.keys(part)[0]).to.equal(undefined);
      expect(damaged.note).to.not.match(/[\p{C}]/u);
      expect(damaged.note.length).to.be.within(20, 800);
    }
  });

  it('that cannot be written is a warning once, and its recovery is reported once', async () => {
    const file = new StateFile(join(folder, 'state'));
    const told: string[] = [];
    file.watch(({ severity, text }) => told.push(`${severity} ${text}`));
    writeFileSync(join(folder, 'state'), 'a file where the folder should be');
    for (let n = 0; n < 3; n++) await file.save({ state: STATE, utc: NOW }, VALUES);
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^warning the state for the next start cannot be saved: .*state/);
    rmSync(join(folder, 'state'));
    for (let n = 0; n < 3; n++) await file.save({ state: STATE, utc: NOW }, VALUES);
    expect(told).to.have.length(2);
    expect(told[1]).to.match(/^info .*is written/);
  });

  describe('among links and other things that are no files', () => {
    let victim: string;
    beforeEach(() => {
      victim = join(folder, 'victim');
      writeFileSync(victim, 'precious');
    });
    const untouched = () => expect(readFileSync(victim, 'utf8')).to.equal('precious');
    const read = () => JSON.parse(readFileSync(path, 'utf8')).version;

    for (const name of ['state.json.new', 'state.json']) {
      for (const [what, place] of [
        ['a symbolic link', (at: string) => symlinkSync(victim, at)],
        ['a second name of a file', (at: string) => linkSync(victim, at)],
        ['a FIFO', (at: string) => execFileSync('mkfifo', [at])],
      ] as const) {
        it(`replaces ${what} at ${name}, and what it leads to stays as it was`, async () => {
          place(join(folder, name));
          const file = await kept();
          expect(file.note).to.equal('');
          expect(read()).to.equal(2);
          expect(lstatSync(path).isFile()).to.equal(true);
          expect(readdirSync(folder).sort()).to.deep.equal(['state.json', 'victim']);
          untouched();
        });
      }
    }

    for (const [what, place, why] of [
      ['a FIFO', () => execFileSync('mkfifo', [path]), /it is a FIFO/],
      ['a symbolic link', () => symlinkSync(victim, path), /symbolic link to .*victim/],
      ['a device', () => symlinkSync('/dev/zero', path), /symbolic link to \/dev\/zero/],
      ['a folder', () => mkdirSync(path), /it is a directory/],
      ['far too large', () => writeFileSync(path, Buffer.alloc(5 << 20, 32)), /larger than 4 MiB/],
    ] as const) {
      it(`is not read when it is ${what}, and the start does not wait for it`, async () => {
        place();
        const file = new StateFile(folder);
        expect(await file.load(NOW)).to.deep.equal({ core: undefined, instances: {} });
        expect(file.note).to.match(why);
        untouched();
      });
    }

    it('is not read when it belongs to another user', function () {
      if (process.geteuid?.() !== 0) this.skip();
      writeFileSync(path, '{}');
      chownSync(path, 12_345, 12_345);
      const file = new StateFile(folder);
      return file.load(NOW).then(() => expect(file.note).to.match(/another user \(uid 12345\)/));
    });
  });

  it('and its folder can be read only by user and group, for every umask', async () => {
    const before = process.umask(0);
    try {
      const own = join(folder, 'own');
      await new StateFile(own).save({ state: STATE, utc: NOW }, {});
      expect(statSync(own).mode & 0o777).to.equal(0o750);
      expect(statSync(join(own, 'state.json')).mode & 0o777).to.equal(0o640);
    } finally {
      process.umask(before);
    }
  });
});
