import type { Explanations } from './explanation.js';

const REFUSED = 'The configuration is refused; a running hub keeps the one it has.';

/** The configuration. */
export const CONFIGURATION: Explanations = {
  TH_CFG_ABSENT: {
    cause:
      'The configuration names an interface, a hardware clock, a device or a folder that this machine does not have.',
    effect: 'A warning: the hub runs, and the source or sink that needs it is retried until it is there.',
    remedy: 'Correct the name, or provide the device or folder. Run the check on the machine that the file is for.',
  },
  TH_CFG_CONFLICT: {
    cause: 'Two values of the configuration are valid alone but not together.',
    effect: REFUSED,
    remedy: 'Change one of the two: the message names both.',
  },
  TH_CFG_DUPLICATE: {
    cause: 'A key, a table or an id occurs twice in the configuration.',
    effect: REFUSED,
    remedy: 'Delete one of the two, or give one of them another name.',
  },
  TH_CFG_ENCODING: {
    cause: 'The file is not UTF-8 text.',
    effect: 'The file is not read.',
    remedy: 'Save it as UTF-8, or check that it is the right file.',
  },
  TH_CFG_MISSING_KEY: {
    cause: 'A table lacks a key that its plugin requires.',
    effect: REFUSED,
    remedy: 'Add the key: the message says what it must be.',
  },
  TH_CFG_NAME: {
    cause: 'The name of an instance or clock has characters that are not allowed.',
    effect: REFUSED,
    remedy: 'Use letters, digits, "-" and "_"; a clock is "system" or "phc:" and an interface.',
  },
  TH_CFG_NOT_A_FILE: {
    cause: 'The path of the configuration is a directory, a FIFO, a device or a socket.',
    effect: 'Nothing is read.',
    remedy: 'Name the main file; files in conf.d beside it are read too.',
  },
  TH_CFG_NOT_FOUND: {
    cause: 'There is no file at the path of the configuration.',
    effect: 'Nothing is read.',
    remedy: 'Check the path, or start with a copy of a file in config/.',
  },
  TH_CFG_NOT_READ: {
    cause: 'A file in conf.d has a name that does not end in .toml.',
    effect: 'A warning: the file is not read.',
    remedy: 'Rename it to end in .toml, or move it out of conf.d.',
  },
  TH_CFG_NO_SOURCE: {
    cause: 'The configuration has no source of time, or all of them are disabled.',
    effect: 'The configuration is refused, because a hub without a source never knows the time.',
    remedy:
      'Add a table such as [source.ntp.a] with address = "ntp.example.org", or set free-run = true in [hub] to serve the clock as it is.',
  },
  TH_CFG_SAME_CLOCK: {
    cause: 'Two sinks are configured to steer one clock.',
    effect: 'A warning: the hub runs, the first of them steers and the second only observes.',
    remedy: 'Set steer = false in one of the two, or delete it.',
  },
  TH_CFG_SAME_SERVER: {
    cause: 'Two sources ask one server, or a source asks this hub itself.',
    effect: 'A warning: the hub runs, but it has fewer independent sources than it seems to have.',
    remedy: 'Name another server. Several NTP sources may share a name that has several addresses.',
  },
  TH_CFG_SHAPE: {
    cause: 'A table has the wrong form, most often because a source or sink has no name.',
    effect: REFUSED,
    remedy: 'Write [source.type.name] or [sink.type.name], in single brackets.',
  },
  TH_CFG_SYNTAX: {
    cause: 'The file is not valid TOML, most often because a string or duration has no quotes.',
    effect: REFUSED,
    remedy: 'Correct the place that the caret marks. Each key needs a line of its own: key = "value".',
  },
  TH_CFG_TOO_LARGE: {
    cause: 'A file is larger than 1 MiB, or conf.d holds more than 1000 files or 8 MiB in all.',
    effect: 'The file is not read.',
    remedy: 'Check that it is the right file.',
  },
  TH_CFG_UNCHECKED: {
    cause:
      'The code of the plugin package of this table was not run, because of --no-plugins or because other users can change the configuration.',
    effect: 'A warning: the keys and values of the table may be wrong. The hub checks them when it starts.',
    remedy: 'Correct the other problems; run check-config without --no-plugins if you trust the package.',
  },
  TH_CFG_UNKNOWN_KEY: {
    cause: 'A key or table is misspelt or stands in the wrong table.',
    effect: 'The configuration is refused: a setting is never ignored silently.',
    remedy: 'Follow the suggestion, or look the key up in docs/config.md.',
  },
  TH_CFG_UNKNOWN_PRESET: {
    cause: 'No preset has that name.',
    effect: REFUSED,
    remedy: 'Choose a preset that the message lists.',
  },
  TH_CFG_UNKNOWN_TYPE: {
    cause: 'No plugin provides a source or sink of that type.',
    effect: REFUSED,
    remedy: 'Correct the type, or name the package that provides it: plugins = ["timehub-source-…"].',
  },
  TH_CFG_UNREADABLE: {
    cause: 'The operating system does not let this user read the file.',
    effect: 'The file is not read.',
    remedy: 'Check the permissions of the file and of the directories above it.',
  },
  TH_CFG_UNSAFE: {
    cause:
      'A file of the configuration, or a folder or link on the way to it, can be changed by users other than root and the user of the hub. The configuration names code to load.',
    effect:
      'As root the configuration is refused; a running hub keeps the one it has. For another user, and where only a group can write, it is a warning.',
    remedy: 'Run the command that the message shows (chown, chmod), or move the configuration to a safe folder.',
  },
  TH_CFG_VALUE: {
    cause: 'A value has the wrong type, is out of range, or lacks its unit.',
    effect: REFUSED,
    remedy:
      'Write a value as the message describes it. Durations and rates are strings with a unit, such as "64s" or "-7.2ppm".',
  },
  TH_CFG_WRONG_TABLE: {
    cause: 'A key stands in a file where it has no effect.',
    effect: REFUSED,
    remedy: 'Move the key to the place that the message names.',
  },
};
