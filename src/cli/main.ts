import { Command, CommanderError } from 'commander';
import { HubError } from '../api/index.js';
import { EXIT, type ExitStatus, statusOf } from './exit.js';
import { watchStandardStreams } from './output/standard-streams.js';
import { VERSION } from './version.js';

type Action = { readonly run: (...args: never[]) => Promise<ExitStatus> };

/** Loads the module of a command when it runs, so that the daemon does not load the table printer. */
function lazily(load: () => Promise<Action>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    // commander hands over the arguments, then the options, then the command itself.
    const { run } = await load();
    process.exitCode = await run(...(args.slice(0, -1) as never[]));
  };
}

/** Returns the commands of `timehub`. */
export function program(): Command {
  const root = new Command('timehub')
    .description('every time source and every clock of a machine in one daemon')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(timehub --help lists the commands)');
  const reading = (name: string, what: string): Command =>
    root
      .command(name)
      .description(what)
      .option('--socket <path>', 'control socket of the hub')
      .option('--json', 'machine-readable output');

  root
    .command('run')
    .argument('[config]', 'configuration file', '/etc/timehub/timehub.toml')
    .description('run the hub in the foreground')
    .option('--no-steer', 'observe only: steer no clock, even if the configuration says so')
    .option('--log-format <format>', '"text" or "json" (default: text on a terminal)')
    .action(lazily(() => import('./run.js')));
  root
    .command('demo')
    .argument('[config]', 'configuration file with a [lab]')
    .description('run the hub in a simulated world and watch it')
    .option('--port-base <port>', 'move all its ports: they begin here instead of at 11000')
    .action(lazily(() => import('./demo/demo.js')));
  reading('status', 'mode, clocks, sources and sinks').action(lazily(() => import('./status.js')));
  reading('sources', 'the sources and the reasons for their states')
    .option('-v, --verbose', 'add a legend of the states')
    .action(lazily(() => import('./sources.js')));
  reading('show', 'all details of one source or sink')
    .argument('<id>')
    .action(lazily(() => import('./show.js')));
  reading('why', 'the present decisions in plain sentences').action(lazily(() => import('./why.js')));
  reading('events', 'past events, then new ones until Ctrl-C').action(lazily(() => import('./events.js')));
  reading('clients', 'who asks the servers of the hub, and how often')
    .option('--most <n>', 'number of clients to list', '50')
    .action(lazily(() => import('./clients.js')));
  reading('wait', 'exit when the hub is tracking')
    .option('--max-error <duration>', 'and its error bound is below this')
    .option('--timeout <duration>', 'give up after', '60s')
    .action(lazily(() => import('./wait.js')));
  root
    .command('check-config')
    .argument('<file>')
    .description(
      'check a configuration: all errors and warnings at once. Announces and runs the code of plugin packages that it uses',
    )
    .option('--strict', 'warnings are errors')
    .option('--no-plugins', 'run no code of plugin packages: their tables are not checked')
    .option('--json', 'machine-readable output')
    .action(lazily(() => import('./check-config.js')));
  root
    .command('explain')
    .argument('<code>')
    .description('cause, effect and remedy of an error code')
    .action(lazily(() => import('./explain.js')));
  root
    .command('query')
    .argument('<server>', 'host, host:port or [v6]:port')
    .description('measure an NTP server once without setting a clock')
    .option('--json', 'machine-readable output')
    .option('--samples <n>', 'number of exchanges', '4')
    .option('--key <number>', 'authenticate requests and replies by this symmetric key')
    .option('--key-file <path>', 'file with the key; default: /etc/timehub/ntp.keys')
    .option('--ntp-version <n>', '4, or 5 (experimental)', '4')
    .action(lazily(() => import('./query.js')));
  root
    .command('build-addon')
    .description('compile the native addon of this installation (kernel and hardware stamps)')
    .action(lazily(() => import('./build-addon.js')));
  root
    .command('plugins')
    .description('the plugins of this installation')
    .option('--json', 'machine-readable output')
    .action(lazily(() => import('./plugins.js')))
    .command('new')
    .argument('<kind>', 'source or sink')
    .argument('<name>', 'its name in the configuration: [source.<name>.…]')
    .description('write the package of a new plugin: code, test and example')
    .option('--folder <path>', 'write it there (default: timehub-<kind>-<name>)')
    .action(lazily(() => import('./new-plugin.js')));
  root
    .command('simulate')
    .argument('[scenario]', 'scenario file; none with --world')
    .description('run a scenario in virtual time and score the hub')
    .option('--seed <n>', 'seed of all random numbers (default: 1, or that of the world)')
    .option('--world <n>', 'run a world drawn at random in place of a file: the same number is the same world')
    .option('--kind <kind>', 'kind of the world: full, servers, honest, simple or simple-any', 'full')
    .option('--print', 'print the scenario of the world and do not run it')
    .option('-v, --verbose', "print the hub's events on standard error")
    .option('--record <log>', 'write the event log of the run')
    .option('--json', 'machine-readable output: one line')
    .action(lazily(() => import('./simulate.js')));
  root
    .command('replay')
    .argument('<log>', 'event log')
    .description('repeat a recorded run in a new engine and compare each decision')
    .option('--states', 'print the state at each recorded tick, one per line')
    .option('--json', 'machine-readable output')
    .action(lazily(() => import('./replay.js')));
  root
    .command('lab')
    .description('the simulated world of the demo')
    .argument('<action>', 'list, stop or start')
    .argument('[name]', 'the name of a part of it')
    .option('--control <path>', 'control socket of the lab')
    .option('--port-base <port>', 'as for the demo')
    .action(lazily(() => import('./lab.js')));
  return root;
}

/** Prints a sentence, a code and a remedy, never a stack trace. Returns the exit status. */
function complain(error: unknown): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.synchronised : EXIT.usage;
  if (!(error instanceof HubError)) {
    console.error(
      `timehub: ${error instanceof Error ? (process.env.TIMEHUB_DEBUG === undefined ? error.message : error.stack) : String(error)}`,
    );
    return EXIT.software;
  }
  console.error(`timehub: ${error.message}  ${error.code}${error.hint === undefined ? '' : `\n  ${error.hint}`}`);
  return statusOf(error.code);
}

export async function main(argv: readonly string[]): Promise<void> {
  watchStandardStreams();
  try {
    await program().parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = complain(error);
  }
}
