import { closeSync, constants, readSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import type { Bench } from './bench.js';

/** Delay of a sentence after the second that it names, ms, like that of a receiver. */
const LATENCY_MS = 60;

const libc = koffi.load('libc.so.6');
const openpty: (master: Int32Array, slave: Int32Array, name: Buffer, termios: null, size: null) => number = libc.func(
  'int openpty(int*, int*, char*, void*, void*)',
);
const tcgetattr: (fd: number, termios: Buffer) => number = libc.func('int tcgetattr(int, void*)');
const tcsetattr: (fd: number, action: number, termios: Buffer) => number = libc.func('int tcsetattr(int, int, void*)');
const cfmakeraw: (termios: Buffer) => void = libc.func('void cfmakeraw(void*)');
const fcntl: (fd: number, command: number, flags: number) => number = libc.func('int fcntl(int, int, int)');

const F_SETFL = 4;
const questions = Buffer.alloc(4096);

export type Talk = 'all' | 'RMC';

/**
 * Acts as a GNSS receiver on a pseudo terminal: sends RMC, GGA, GSA, GSV and ZDA once a second with this machine's UTC, or RMC
 * alone, as timing receivers are often set. Returns its device.
 */
export function startReceiver(bench: Bench, talk: Talk = 'all'): string {
  const [master, slave] = [new Int32Array(1), new Int32Array(1)];
  const name = Buffer.alloc(256);
  if (openpty(master, slave, name, null, null) !== 0) throw new Error('openpty failed');
  const termios = Buffer.alloc(256);
  tcgetattr(slave[0]!, termios);
  cfmakeraw(termios);
  tcsetattr(slave[0]!, 0, termios);

  fcntl(master[0]!, F_SETFL, constants.O_NONBLOCK);

  let timer = setTimeout(speak, untilNext());
  function speak(): void {
    quietly(() => writeSync(master[0]!, sentences(new Date(Date.now() - LATENCY_MS), talk)));
    // gpsd's requests are read, so that the terminal does not fill up, but not answered.
    quietly(() => readSync(master[0]!, questions));
    timer = setTimeout(speak, untilNext());
  }
  bench.later(() => {
    clearTimeout(timer);
    closeSync(master[0]!);
    closeSync(slave[0]!);
  });
  return name.toString('latin1', 0, name.indexOf(0));
}

/** Ignores the errors of an empty terminal and of a missing reader, like a receiver. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

const untilNext = (): number => 1000 - ((Date.now() - LATENCY_MS) % 1000);

function sentences(now: Date, talk: Talk): string {
  const [date, time] = now.toISOString().split('T') as [string, string];
  const [year, month, day] = date.split('-') as [string, string, string];
  const hms = `${time.slice(0, 8).replaceAll(':', '')}.00`;
  return [
    `GPGGA,${hms},4717.112,N,00833.915,E,1,08,0.9,499.6,M,48.0,M,,`,
    'GPGSA,A,3,01,03,06,09,17,19,22,28,,,,,1.7,0.9,1.4',
    'GPGSV,2,1,08,01,40,083,46,03,17,308,41,06,07,344,39,09,22,228,45',
    'GPGSV,2,2,08,17,40,083,46,19,17,308,41,22,07,344,39,28,22,228,45',
    `GPRMC,${hms},A,4717.112,N,00833.915,E,0.0,0.0,${day}${month}${year.slice(2)},,,A`,
    `GPZDA,${hms},${day},${month},${year},00,00`,
  ]
    .filter((body) => talk === 'all' || body.startsWith(`GP${talk}`))
    .map((body) => `$${body}*${checksum(body)}\r\n`)
    .join('');
}

/** Returns the checksum of NMEA 0183: the exclusive or of the characters between `$` and `*`. */
function checksum(body: string): string {
  const sum = [...body].reduce((xor, character) => xor ^ character.charCodeAt(0), 0);
  return sum.toString(16).toUpperCase().padStart(2, '0');
}
