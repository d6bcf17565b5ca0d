import type { Explanations } from './explanation.js';

/** Plugins, and what single ones of them say. */
export const PLUGINS: Explanations = {
  TH_CSPTP_STAMPS: {
    cause:
      'A CSPTP source or sink is told to use stamps of the network card, and the card cannot, or the hub does not know its clock.',
    effect: 'That source or sink does not run; it is tried again with back-off.',
    remedy: 'Name an interface whose card stamps PTP ("ethtool -T eth0" tells), or say stamps = "software".',
  },
  TH_PLUGIN_API: {
    cause: 'The plugin is written for another version of the contract.',
    effect: 'It is not loaded.',
    remedy: 'Install a version of the plugin that fits this hub.',
  },
  TH_PLUGIN_CRASHED: {
    cause: "The plugin's code threw an error.",
    effect: 'Only that instance stops; it is started again with back-off.',
    remedy: "Report it to the plugin's authors with the message and the event log.",
  },
  TH_PLUGIN_LOAD: {
    cause: "The plugin's code cannot be loaded or is no plugin.",
    effect: 'What needs it does not run.',
    remedy: 'Install the package again, or report it to its authors.',
  },
  TH_PLUGIN_MANIFEST: {
    cause: "The plugin's manifest (plugin.json, or timehub in package.json) is not as it must be.",
    effect: 'The plugin is not used.',
    remedy: 'Correct what the message names; docs/plugins.md shows a manifest.',
  },
  TH_PLUGIN_NOT_FOUND: {
    cause: 'A plugin or package that is named is not installed.',
    effect: 'What needs it does not run.',
    remedy: 'Install the package beside the configuration, or correct the name under plugins.',
  },
  TH_PLUGIN_OBSERVATION: {
    cause: 'The plugin handed over something that no clock can have said.',
    effect: 'It is not used, and the instance is started again.',
    remedy: "Report it to the plugin's authors with the message and the event log.",
  },
  TH_PLUGIN_REFUSED: {
    cause: 'The plugin says that it cannot work here, however often it is tried.',
    effect: 'The instance is given up until the configuration changes.',
    remedy: 'Follow its reason.',
  },
  TH_PLUGIN_REMEMBER: {
    cause: 'The plugin wants to keep something for its next start that is too large or no JSON.',
    effect: 'What was kept before stays; the instance is started again.',
    remedy: "Report it to the plugin's authors with the message.",
  },
  TH_PLUGIN_TIMEOUT: {
    cause: 'The plugin took too long to start or stop.',
    effect: 'The instance is dropped and started again with back-off.',
    remedy: 'Look at what it waits for: a device, a name, a peer.',
  },
  TH_PLUGIN_UNSAFE: {
    cause:
      'The code of a plugin package, or a folder or link on the way to it, can be changed by users other than root and the user of the hub.',
    effect:
      'The package is not loaded, and the configuration that names it is refused. Where only a group can write, it is loaded with a warning.',
    remedy: 'Run the command that the message shows (chown, chmod), or install the package in a safe folder.',
  },
  TH_PTP_IDENTITY: {
    cause: 'The interface has no MAC address that a PTP clock identity could be made of.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Give it one: clock-identity = "001122.fffe.334455", unique in the network.',
  },
  TH_PTP_STAMPS: {
    cause: 'Hardware stamps are asked for, and the interface has none, or the hub does not know its clock.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Use stamps = "auto" or "software"; ethtool -T shows what an interface can stamp.',
  },
};
