import { dirname, isAbsolute, relative } from 'node:path';

/** Returns the command of this program in another terminal in the same folder: `timehub`, `bin/timehub` or a path. */
export function ownCommand(program: string, folder: string, searchPath: string): string {
  if (searchPath.split(':').includes(dirname(program))) return 'timehub';
  const near = relative(folder, program);
  return near.startsWith('..') || isAbsolute(near) ? program : near;
}

/** The ports and sockets that differ from the usual ones. */
export interface DemoPlaces {
  readonly command: string;
  /** Control socket of the hub; undefined if clients find it. */
  readonly socket: string | undefined;
  /** Control socket of the lab; undefined if clients find it. */
  readonly labSocket: string | undefined;
  readonly ntpPort: number | undefined;
  /** `127.0.0.1:11180` */
  readonly dashboard: string | undefined;
}

/** Returns commands to try while the demo runs, a line each. */
export function hintsFor({ command, socket, labSocket, ntpPort, dashboard }: DemoPlaces): string {
  const hub = socket === undefined ? '' : ` --socket ${socket}`;
  const lab = labSocket === undefined ? '' : ` --control ${labSocket}`;
  const lines: (readonly [string, string])[] = [
    [`${command} status${hub}`, 'the same, once; with --json for programs'],
    [`${command} why${hub}`, 'the decision in plain sentences'],
    [`${command} lab stop b${lab}`, 'one server dies; "lab start b" brings it back'],
    [`${command} lab stop all${lab}`, 'holdover: the error bound grows'],
  ];
  if (ntpPort !== undefined)
    lines.push([`chronyd -Q 'server 127.0.0.1 port ${ntpPort} iburst'`, 'what others make of it']);
  if (dashboard !== undefined) lines.push([`http://${dashboard}/`, 'the dashboard']);
  const width = Math.max(24, ...lines.map(([text]) => text.length).filter((length) => length < 40));
  const body = lines.map(([text, meaning]) => `  ${text.padEnd(width)}  ${meaning}`).join('\n');
  return `\nTry next, in another terminal:\n${body}\nCtrl-C ends it.\n`;
}
