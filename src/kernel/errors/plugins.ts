import type { Explanations } from './explanation.js';

/** Plugins in general, and errors of single plugins. */
export const PLUGINS: Explanations = {
  TH_CLOCKBOUND_FILE: {
    cause: 'The shared memory for clients of ClockBound cannot be written, or another program writes to it.',
    effect: 'The sink does not start or stops, and is retried with back-off.',
    remedy: 'Stop the other ClockBound daemon, correct the folder, or set another path.',
  },
  TH_CSPTP_STAMPS: {
    cause:
      'A CSPTP source or sink is configured for hardware stamps, but the card cannot stamp PTP or the hub does not know its clock.',
    effect: 'The source or sink does not start and is retried with back-off.',
    remedy: 'Name an interface whose card stamps PTP (see "ethtool -T eth0"), or set stamps = "software".',
  },
  TH_INPUT_FILE: {
    cause:
      'A file that the configuration names does not exist, is too large, or is not readable; or it holds a secret and other users have access.',
    effect: 'The source or sink does not start, or cannot connect, and tries again.',
    remedy:
      'Correct the path, or the mode and owner of the file: a secret needs mode 0600, or 0640 with the group of the hub.',
  },
  TH_NTP_KEY: {
    cause: 'The key file does not have the key that the source names, or its type is broken and not allowed.',
    effect: 'The source does not ask its server. It starts when the file has changed.',
    remedy: 'Add the key to the file, or name one that is there. Both sides need the same number, type and secret.',
  },
  TH_NTP_KEY_FILE: {
    cause: 'The file with the symmetric keys of NTP does not exist, has mistakes, or other users have access to it.',
    effect: 'The source or sink does not start until the file has changed. A running one keeps the keys that it has.',
    remedy: 'Correct the lines that the message names; the file needs mode 0600, or 0640 with the group of the hub.',
  },
  TH_NTP_STAMPS: {
    cause:
      'An NTP source is configured for hardware stamps, but the card cannot stamp all packets or the hub does not know its clock.',
    effect: 'The source does not start and is retried with back-off.',
    remedy: 'Name an interface whose card stamps all packets (see "ethtool -T eth0"), or set stamps = "software".',
  },
  TH_NTS_KEY_EXCHANGE: {
    cause: 'A server answered the key exchange of NTS with a refusal, or not as RFC 8915 demands.',
    effect: 'The source has no keys and is unreachable. It tries again with back-off and never asks without NTS.',
    remedy: 'Read the reason in the message; the address must be that of a key exchange server (port 4460).',
  },
  TH_PLUGIN_API: {
    cause: 'The plugin is written for another version of the plugin contract.',
    effect: 'The plugin is not loaded.',
    remedy: 'Install a version of the plugin that fits this hub.',
  },
  TH_PLUGIN_CRASHED: {
    cause: "The plugin's code threw an error.",
    effect: 'Only this source or sink stops; it is restarted with back-off.',
    remedy: "Report it to the plugin's authors with the message and the event log.",
  },
  TH_PLUGIN_LOAD: {
    cause: "The plugin's code cannot be loaded or is not a plugin.",
    effect: 'Sources and sinks that need it do not run.',
    remedy: 'Install the package again, or report it to its authors.',
  },
  TH_PLUGIN_MANIFEST: {
    cause: "The plugin's manifest (plugin.json, or timehub in package.json) is not valid.",
    effect: 'The plugin is not used.',
    remedy: 'Correct the entry that the message names; docs/plugins.md shows a manifest.',
  },
  TH_PLUGIN_NOT_FOUND: {
    cause: 'A plugin or package that the configuration names is not installed.',
    effect: 'Sources and sinks that need it do not run.',
    remedy: 'Install the package beside the configuration, or correct its name in the list plugins.',
  },
  TH_PLUGIN_OBSERVATION: {
    cause: 'The plugin reported an observation that cannot be true.',
    effect: 'The observation is not used, and the source is restarted.',
    remedy: "Report it to the plugin's authors with the message and the event log.",
  },
  TH_PLUGIN_REFUSED: {
    cause: 'The plugin reports that it can never work on this machine.',
    effect: 'The source or sink stays off until the configuration changes.',
    remedy: 'Read the reason in the message.',
  },
  TH_PLUGIN_REMEMBER: {
    cause: 'The plugin tried to save a value for its next start that is too large or not JSON.',
    effect: 'The value saved before stays; the source or sink is restarted.',
    remedy: "Report it to the plugin's authors with the message.",
  },
  TH_PLUGIN_TIMEOUT: {
    cause: 'The plugin took too long to start or stop.',
    effect: 'The source or sink is dropped and restarted with back-off.',
    remedy: 'Check the device, name or peer that it waits for.',
  },
  TH_PLUGIN_UNSAFE: {
    cause:
      'The code of a plugin package, or a folder or link on the way to it, can be changed by users other than root and the user of the hub.',
    effect:
      'The package is not loaded, and the configuration that names it is refused. Where only a group can write, it is loaded with a warning.',
    remedy: 'Run the command that the message shows (chown, chmod), or install the package in a safe folder.',
  },
  TH_PTP_IDENTITY: {
    cause: 'The interface has no MAC address to make a PTP clock identity of.',
    effect: 'The source or sink does not start and is retried.',
    remedy: 'Set clock-identity = "001122.fffe.334455" to a value that is unique in the network.',
  },
  TH_PTP_STAMPS: {
    cause: 'Hardware stamps are configured, but the interface has none or the hub does not know its clock.',
    effect: 'The source or sink does not start and is retried.',
    remedy: 'Set stamps = "auto" or "software"; ethtool -T shows what an interface can stamp.',
  },
  TH_SHM_OPEN: {
    cause: 'The shared memory of a reference clock cannot be attached, or other users could write to unit 0 or 1.',
    effect: 'The source or sink does not start and is retried with back-off.',
    remedy: 'Look with "ipcs -m" who has made it; stop that program and remove the segment with "ipcrm -M KEY".',
  },
};
