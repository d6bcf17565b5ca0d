import type { Explanations } from './explanation.js';

/** Commands, the lab, replay, and missing system calls. */
export const TOOLS: Explanations = {
  TH_CLI_FILE: {
    cause: 'A file that the command line names cannot be read or written.',
    effect: 'The command does nothing and exits with status 64.',
    remedy: 'Check its name and permissions.',
  },
  TH_CLI_NOT_FOUND: {
    cause: 'The hub has no source or sink of that id.',
    effect: 'The command shows nothing.',
    remedy: 'Check the id with "timehub sources". An older hub may lack the page that the command asks for.',
  },
  TH_CLI_NO_HUB: {
    cause: 'No hub answers at the control socket, or another user may have created the socket.',
    effect: 'The command shows nothing and exits with status 3.',
    remedy:
      'Start a hub with "timehub run", correct the owner and mode of the folder, or name the socket with --socket.',
  },
  TH_CLI_NO_REPLY: {
    cause: 'The server sent no reply, or no usable reply.',
    effect: 'There is no measurement; the command exits with status 3.',
    remedy: 'Check the name, the port and the firewalls between. A server may also refuse frequent requests.',
  },
  TH_CLI_USAGE: {
    cause: 'The command line is invalid.',
    effect: 'The command does nothing and exits with status 64.',
    remedy: 'See "timehub help" and --help of the command.',
  },
  TH_HOST_LIBC: {
    cause: 'The system calls for clocks are not available on this machine.',
    effect: 'Clocks cannot be steered, or read to the nanosecond.',
    remedy: 'Install timehub again with its optional dependencies, on a supported processor (x64, arm64).',
  },
  TH_LAB_BUSY: {
    cause: 'Another lab already uses the control socket.',
    effect: 'This lab does not start.',
    remedy: 'Stop the other lab, or choose another socket.',
  },
  TH_LAB_COMMAND: {
    cause: 'The lab does not understand a command or its argument.',
    effect: 'The simulated world does not change.',
    remedy: 'Use the form that the message shows.',
  },
  TH_LAB_SOCKET: {
    cause: 'The control socket of the lab cannot be created, or another user may have created it.',
    effect: 'The lab cannot be controlled, or does not start.',
    remedy: 'Check that its folder exists, belongs to this user, and that no other user can write to it.',
  },
  TH_LAB_TABLE: {
    cause: 'The table [lab] does not describe a world that can be simulated.',
    effect: 'The lab does not start.',
    remedy: 'Correct the parts that the message names; config/demo.toml has a complete example.',
  },
  TH_LAB_UNKNOWN: {
    cause: 'The lab has no part of that name.',
    effect: 'The simulated world does not change.',
    remedy: 'Use one of the names that the message lists.',
  },
  TH_LAB_UNREACHABLE: {
    cause: 'No lab answers at the socket.',
    effect: 'The command does nothing.',
    remedy: 'Start a lab with "npm start", or name its socket.',
  },
  TH_REPLAY_FORMAT: {
    cause: 'The file is not an event log: it is empty, lacks the header, or has another schema.',
    effect: 'Nothing is replayed.',
    remedy: 'Name the file of [hub] event-log, or record a run with "timehub simulate --record".',
  },
};
