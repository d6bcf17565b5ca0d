import type { Explanations } from './explanation.js';

/** Commands, the lab, replay, and what this machine lacks. */
export const TOOLS: Explanations = {
  TH_CLI_FILE: {
    cause: 'A file that the command line names cannot be read or written.',
    effect: 'Nothing is done, the status is 64.',
    remedy: 'Check its name and that this user may read or write it.',
  },
  TH_CLI_NOT_FOUND: {
    cause: 'The hub was reached but knows nothing under that name.',
    effect: 'The command shows nothing.',
    remedy: 'Check the id with timehub sources; an older hub may lack what the command asks for.',
  },
  TH_CLI_NO_HUB: {
    cause: 'No hub answers at the control socket, or another user could have put the socket there.',
    effect: 'The command ends with status 3 and shows nothing.',
    remedy: 'Start one with timehub run, correct the owner and mode of the folder, or name its socket with --socket.',
  },
  TH_CLI_NO_REPLY: {
    cause: 'The server that was asked sent no reply, or only replies that cannot be used.',
    effect: 'There is no measurement, the status is 3.',
    remedy: 'Check the name, the port and the firewalls between; a server may also refuse to answer so often.',
  },
  TH_CLI_USAGE: {
    cause: 'The command line does not say what to do in a way that can be done.',
    effect: 'Nothing is done, the status is 64.',
    remedy: "See timehub help and the command's own --help.",
  },
  TH_HOST_LIBC: {
    cause: 'The system calls for clocks cannot be reached on this machine.',
    effect: 'No clock can be read to the nanosecond or steered.',
    remedy: 'Install the package again with its optional parts, on a supported processor (x64, arm64).',
  },
  TH_LAB_BUSY: {
    cause: 'Another lab has the control socket already.',
    effect: 'This lab does not start.',
    remedy: 'End the other one, or choose another socket.',
  },
  TH_LAB_COMMAND: {
    cause: 'The lab does not understand a command or its argument.',
    effect: 'The simulated world stays as it is.',
    remedy: 'Follow the message, which shows the right form.',
  },
  TH_LAB_SOCKET: {
    cause: 'The control socket of the lab cannot be made, or another user could have put it there.',
    effect: 'The lab runs without being controllable, or not at all.',
    remedy: 'Check that its directory exists, belongs to this user and may be written to by nobody else.',
  },
  TH_LAB_TABLE: {
    cause: 'The table [lab] does not describe a world that can be simulated.',
    effect: 'The lab does not start.',
    remedy: 'Correct the parts that the message names; config/demo.toml shows a complete one.',
  },
  TH_LAB_UNKNOWN: {
    cause: 'The lab has no part of that name.',
    effect: 'The simulated world stays as it is.',
    remedy: 'Use one of the names that the message lists.',
  },
  TH_LAB_UNREACHABLE: {
    cause: 'No lab answers at the socket.',
    effect: 'The command does nothing.',
    remedy: 'Start one with npm start, or name its socket.',
  },
  TH_REPLAY_FORMAT: {
    cause: 'The file is not an event log: it is empty, does not begin with a header, or is of another schema.',
    effect: 'Nothing is replayed.',
    remedy: 'Name the file of `[hub] event-log`, or record a run with `timehub simulate --record`.',
  },
};
