import type { Explanations } from './explanation.js';

/** The configuration cannot be what it says. */
export const CONFIGURATION: Explanations = {
  TH_CFG_ABSENT: {
    cause:
      'The configuration names an interface, a hardware clock, a device or a folder that this machine does not have.',
    effect: 'A warning: the hub runs, and the source or sink that needs it tries again until it is there.',
    remedy: 'Correct the name, or bring the device or folder; check on the machine that the file is for.',
  },
  TH_CFG_CONFLICT: {
    cause: 'Two values of the configuration, each right by itself, cannot hold together.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Change one of the two: the message names both.',
  },
  TH_CFG_DUPLICATE: {
    cause: 'A key, a table or an id stands twice in the configuration.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Delete one of the two, or give one of them another name.',
  },
  TH_CFG_ENCODING: {
    cause: 'The file is not UTF-8 text.',
    effect: 'Nothing of it is read.',
    remedy: 'Save it as UTF-8, or check that it is the right file.',
  },
  TH_CFG_MISSING_KEY: {
    cause: 'A table lacks a key that its plugin cannot do without.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Add the key: the message says what it must be.',
  },
  TH_CFG_NAME: {
    cause: 'The name of an instance or of a clock has characters that a name cannot have.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Use letters, digits, "-" and "_"; a clock is "system" or "phc:" and an interface.',
  },
  TH_CFG_NOT_A_FILE: {
    cause: 'The path of the configuration leads to a directory, a FIFO, a device or a socket.',
    effect: 'Nothing is read.',
    remedy: 'Name the file itself; files of conf.d beside it are read too.',
  },
  TH_CFG_NOT_FOUND: {
    cause: 'There is no file at the path of the configuration.',
    effect: 'Nothing is read.',
    remedy: 'Check the path, or begin with one of the files in config/.',
  },
  TH_CFG_NOT_READ: {
    cause: 'A file in conf.d has a name that does not end in .toml.',
    effect: 'A warning: nothing of that file is in force.',
    remedy: 'Rename it to end in .toml, or move it out of conf.d.',
  },
  TH_CFG_NO_SOURCE: {
    cause: 'The configuration has no source of time, or all of them are disabled.',
    effect: 'The configuration is refused: a hub without a source could only say that it knows nothing.',
    remedy:
      'Add a table such as [source.ntp.a] with address = "ntp.example.org", or say free-run = true in [hub] for a clock that others follow as it is.',
  },
  TH_CFG_SAME_CLOCK: {
    cause: 'Two sinks are to steer one clock.',
    effect: 'A warning: the hub runs, the first of them steers and the second only observes.',
    remedy: 'Set steer = false in one of the two, or delete it.',
  },
  TH_CFG_SAME_SERVER: {
    cause: 'Two sources ask one server, or a source asks this hub itself.',
    effect: 'A warning: the hub runs, but the number of its sources says more than it is worth.',
    remedy: 'Name another server; a name that leads to several addresses may be given to several NTP sources.',
  },
  TH_CFG_SHAPE: {
    cause: 'A table has the wrong form, most often a source or sink without a name.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Write [source.type.name] or [sink.type.name], in single brackets.',
  },
  TH_CFG_SYNTAX: {
    cause: 'The file breaks the grammar of TOML, most often by a text or duration without quotes.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Correct the place that the caret shows: key = "value", a line each.',
  },
  TH_CFG_TOO_LARGE: {
    cause:
      'A file is larger than any configuration could be (1 MiB), or conf.d holds more than 1000 files or 8 MiB together.',
    effect: 'Nothing of it is read.',
    remedy: 'Check that it is the right file.',
  },
  TH_CFG_UNCHECKED: {
    cause:
      'This table belongs to a plugin package whose code was not run: check-config was told so, or other users can change the configuration.',
    effect: 'A warning: its keys and values may be wrong. The hub itself checks them when it starts.',
    remedy: 'Correct the other problems; run check-config without --no-plugins if you trust the package.',
  },
  TH_CFG_UNKNOWN_KEY: {
    cause: 'A key or table is not known at its place: misspelt, or in the wrong table.',
    effect: 'The configuration is refused, because a setting that is silently ignored is worse.',
    remedy: 'Follow the suggestion, or look the key up in docs/config.md.',
  },
  TH_CFG_UNKNOWN_PRESET: {
    cause: 'There is no preset of that name.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Choose one of those that the message lists.',
  },
  TH_CFG_UNKNOWN_TYPE: {
    cause: 'No plugin gives a source or sink of that type.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Correct the type, or name the package that brings it: plugins = ["timehub-source-…"].',
  },
  TH_CFG_UNREADABLE: {
    cause: 'The operating system does not let this user read the file.',
    effect: 'Nothing of it is read.',
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
    cause: 'A value is of the wrong type, out of its range, or lacks its unit.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Write what the message asks for; durations and rates are texts with a unit, such as "64s" or "-7.2ppm".',
  },
  TH_CFG_WRONG_TABLE: {
    cause: 'A key stands in a file where it can have no effect.',
    effect: 'The configuration is refused; a running hub keeps the one it has.',
    remedy: 'Move it to where the message says.',
  },
};
