import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './place.js';

/**
 * Other programs with which the hub must work. They come from Debian's packages, unpacked below .cache/peers and never
 * installed: this machine does not change, and none of them is shipped.
 */
export type PeerName =
  | 'chrony'
  | 'ntpdig'
  | 'ntpsec'
  | 'timesyncd'
  | 'gpsd'
  | 'linuxptp'
  | 'uml'
  | 'busybox'
  | 'chromium'
  | 'clang';

interface Recipe {
  readonly packages: readonly string[];
  /** Path below the peer's folder. */
  readonly program: string;
  /** Arguments with which the program only prints a text and exits. */
  readonly probe: readonly string[];
  /** Exit status of the probe. Default: 0. */
  readonly status?: number;
  /** Links to make: path → target, both below the folder. */
  readonly links?: Readonly<Record<string, string>>;
}

const RECIPES: Readonly<Record<PeerName, Recipe>> = {
  chrony: { packages: ['chrony'], program: 'usr/sbin/chronyd', probe: ['--version'] },
  ntpdig: {
    packages: ['ntpsec-ntpdig'],
    program: 'usr/bin/ntpdig',
    probe: ['--version'],
    links: { 'usr/lib/python3/dist-packages/ntp/libntpc.so': 'usr/lib/x86_64-linux-gnu/ntp/libntpc.so.1.1.0' },
  },
  ntpsec: { packages: ['ntpsec'], program: 'usr/sbin/ntpd', probe: ['--version'] },
  timesyncd: {
    packages: ['systemd-timesyncd'],
    program: 'lib/systemd/systemd-timesyncd',
    probe: ['--version'],
    status: 1,
  },
  gpsd: { packages: ['gpsd'], program: 'usr/sbin/gpsd', probe: ['-V'] },
  linuxptp: { packages: ['linuxptp'], program: 'usr/sbin/ptp4l', probe: ['-v'] },
  uml: { packages: ['user-mode-linux'], program: 'usr/bin/linux.uml', probe: ['--version'] },
  busybox: { packages: ['busybox-static'], program: 'bin/busybox', probe: ['true'] },
  chromium: {
    packages: ['chromium-headless-shell', 'chromium-common', 'fonts-dejavu-core'],
    program: 'usr/lib/chromium/chromium-headless-shell',
    probe: ['--no-sandbox', '--version'],
  },
  // The compiler with libFuzzer. It finds its headers and run-time libraries relative to itself.
  clang: {
    packages: ['clang-14', 'libclang-rt-14-dev'],
    program: 'usr/lib/llvm-14/bin/clang',
    probe: ['--version'],
  },
};

export const PEER_NAMES = Object.keys(RECIPES) as PeerName[];

/** A peer that runs on this machine. */
export interface Peer {
  readonly folder: string;
  readonly program: string;
  /** Environment with which its programs find their libraries. */
  readonly env: Readonly<Record<string, string>>;
}

export type Found = { readonly peer: Peer } | { readonly missing: string };

const cache = join(root, '.cache/peers');

/** Returns the peer in the cache, after a trial run. */
export function findPeer(name: PeerName): Found {
  const { program, probe, status: expected = 0 } = RECIPES[name];
  const folder = join(cache, name);
  const path = join(folder, program);
  if (!existsSync(path)) return { missing: `${name} is not in ${cache}` };
  const library = ['usr/lib', 'lib'].map((place) => join(folder, place, libraryFolder()));
  const env = {
    ...(process.env as Record<string, string>),
    // libpulse loads one of its own libraries by an absolute path.
    LD_LIBRARY_PATH: [...library, join(library[0]!, 'pulseaudio')].join(':'),
    PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
  };
  const { status, error, stderr } = spawnSync(path, probe, { env, encoding: 'utf8', timeout: 20_000 });
  if (status !== expected)
    return { missing: `${name} does not run: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
  return { peer: { folder, program: path, env } };
}

/** Downloads and unpacks a missing peer. Returns '' if it can be used, else the reason. */
export function fetchPeer(name: PeerName): string {
  const earlier = findPeer(name);
  if ('peer' in earlier) return '';
  const part = join(cache, `${name}.part`);
  const folder = join(cache, name);
  rmSync(part, { recursive: true, force: true });
  mkdirSync(join(part, 'deb'), { recursive: true });
  const problem = unpack(RECIPES[name], part);
  if (problem !== '') return `${name} cannot be fetched: ${problem}`;
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  const now = findPeer(name);
  return 'peer' in now ? '' : now.missing;
}

function unpack({ packages, links = {} }: Recipe, folder: string): string {
  const debs = join(folder, 'deb');
  const wanted = packages.flatMap((name) => [name, ...absentDependencies(name)]);
  const downloaded = tell('apt-get', ['download', '-q', ...new Set(wanted)], debs);
  if (downloaded !== '') return downloaded;
  for (const deb of readdirSync(debs)) {
    const problem = tell('dpkg', ['-x', join(debs, deb), folder], folder);
    if (problem !== '') return problem;
  }
  rmSync(debs, { recursive: true });
  for (const [link, target] of Object.entries(links)) symlinkSync(relative(dirname(link), target), join(folder, link));
  return '';
}

/** Returns the packages that an installation would add, without installing. */
function absentDependencies(name: string): string[] {
  const { stdout } = spawnSync('apt-get', ['install', '-s', '--no-install-recommends', name], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^Inst (\S+)/gm)].map((match) => match[1]!);
}

function tell(command: string, args: readonly string[], cwd: string): string {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) return `${command}: ${error.message}`;
  return status === 0
    ? ''
    : (stderr
        .trim()
        .split('\n')
        .find((line) => line.startsWith('E:')) ?? `${command} failed`);
}

const libraryFolder = (): string => (process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu');
