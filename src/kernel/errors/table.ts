import type { ErrorCode } from '../../api/index.js';

/** What an operator should know of an error, a sentence each. */
export interface Explanation {
  readonly cause: string;
  readonly effect: string;
  readonly remedy: string;
}

/** Every code of the tree. A code is never given another meaning and never used again once it is gone. */
export const ERRORS: Readonly<Record<ErrorCode, Explanation>> = {
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
    cause: 'The path of the configuration leads to a directory.',
    effect: 'Nothing is read.',
    remedy: 'Name the file itself; files of conf.d beside it are read too.',
  },
  TH_CFG_NOT_FOUND: {
    cause: 'There is no file at the path of the configuration.',
    effect: 'Nothing is read.',
    remedy: 'Check the path, or begin with one of the files in config/.',
  },
  TH_CFG_NO_SOURCE: {
    cause: 'The configuration has no source of time, or all of them are disabled.',
    effect: 'The configuration is refused: a hub without a source could only say that it knows nothing.',
    remedy: 'Add a table such as [source.ntp.a] with address = "ntp.example.org".',
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
    cause: 'The file is larger than any configuration could be (1 MiB).',
    effect: 'Nothing of it is read.',
    remedy: 'Check that it is the right file.',
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
  TH_CLI_NOT_FOUND: {
    cause: 'The hub was reached but knows nothing under that name.',
    effect: 'The command shows nothing.',
    remedy: 'Check the id with timehub sources; an older hub may lack what the command asks for.',
  },
  TH_CLI_NO_HUB: {
    cause: 'No hub answers at the control socket.',
    effect: 'The command ends with status 3 and shows nothing.',
    remedy: 'Start one with timehub run, or name its socket with --socket.',
  },
  TH_CLI_NO_REPLY: {
    cause: 'The server that was asked sent no usable reply.',
    effect: 'There is no measurement.',
    remedy: 'Check the name, the port and the firewalls between; a server may also refuse to answer so often.',
  },
  TH_CLI_USAGE: {
    cause: 'The command line does not say what to do in a way that can be done.',
    effect: 'Nothing is done, the status is 64.',
    remedy: "See timehub help and the command's own --help.",
  },
  TH_CLOCK_CONFLICT: {
    cause: 'Another program changes the frequency of a clock that the hub steers.',
    effect: 'Both pull at the clock; the hub takes what the other has set into account and sets its own again.',
    remedy: 'End the other program (ptp4l, phc2sys, ts2phc, chronyd), or set steer = false here.',
  },
  TH_CLOCK_GONE: {
    cause: 'The device of a hardware clock has vanished: its driver was unloaded or its card pulled out.',
    effect: 'What uses it fails and is tried again with back-off; all other clocks go on.',
    remedy: 'Bring the device back, or remove what uses it from the configuration.',
  },
  TH_CLOCK_LEAP_EXPIRED: {
    cause: 'The list of leap seconds is past the date until which it is valid.',
    effect: 'TAI and a coming leap second rest on what sources say; UTC from agreeing sources is not harmed.',
    remedy: 'Update the package tzdata, which brings a new list twice a year.',
  },
  TH_CLOCK_LEAP_TABLE: {
    cause: 'The list of leap seconds could not be read.',
    effect: 'The list that is built into the hub is used, which may be older.',
    remedy: 'Repair the file that the message names, most often by installing the package tzdata again.',
  },
  TH_CLOCK_NO_ANSWER: {
    cause: 'A hardware clock cannot be read at the moment; some stand still while their interface has no carrier.',
    effect: 'It is not compared with other clocks; what is known of it runs on with a growing bound.',
    remedy: 'Check the cable of its interface, and the kernel log for messages of its driver.',
  },
  TH_CLOCK_OPEN: {
    cause: 'The device of a hardware clock cannot be opened.',
    effect: 'The instance that wants it does not start and is tried again.',
    remedy: 'Let the user of the hub open it, by a udev rule for SUBSYSTEM=="ptp" with GROUP and MODE="0660".',
  },
  TH_CLOCK_OWNED: {
    cause: 'Another sink of this hub steers that clock already.',
    effect: 'The sink only observes the clock.',
    remedy: 'Keep one sink with steer = true a clock.',
  },
  TH_CLOCK_PANIC: {
    cause: 'The clock is further off than the panic limit allows to correct.',
    effect: 'The clock is left alone and goes on being watched.',
    remedy: 'Find out who is wrong, the clock or the sources; then set the clock by hand or raise panic.',
  },
  TH_CLOCK_PERMISSION: {
    cause: 'The process lacks the privilege to set clocks (CAP_SYS_TIME).',
    effect: 'The clock is only observed; the sinks serve corrected time all the same.',
    remedy: 'Run it as a service with AmbientCapabilities=CAP_SYS_TIME, or leave steer = false.',
  },
  TH_CLOCK_PULSE: {
    cause: 'A channel or pin of a hardware clock does not stamp or make pulses as configured.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Compare channel, pin and edge with what timehub show lists for the clock; end other users of the channel.',
  },
  TH_CLOCK_SET: {
    cause: 'The kernel refused to set or steer the clock, or would: no clock is set to a time before 1970.',
    effect: 'The clock keeps running as it did; the hub tries again with the next correction.',
    remedy:
      'Read the reason in the message; another program that steers the clock is the usual suspect, or a source without the date.',
  },
  TH_CLOCK_TAI_DISAGREES: {
    cause: 'A source states another difference of TAI and UTC than the list of leap seconds.',
    effect: 'The list is followed, the source is named in the events.',
    remedy: "Update tzdata; if it is up to date, the source's own list of leap seconds is old.",
  },
  TH_CLOCK_UNKNOWN: {
    cause: 'A plugin or the configuration names a clock that this machine does not have.',
    effect: 'The instance that wants it does not run.',
    remedy: 'Use system, or phc: and an interface that has a PTP hardware clock.',
  },
  TH_CSPTP_STAMPS: {
    cause:
      'A CSPTP source or sink is told to use stamps of the network card, and the card cannot, or the hub does not know its clock.',
    effect: 'That source or sink does not run; it is tried again with back-off.',
    remedy: 'Name an interface whose card stamps PTP ("ethtool -T eth0" tells), or say stamps = "software".',
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
    cause: 'The control socket of the lab cannot be made.',
    effect: 'The lab runs without being controllable, or not at all.',
    remedy: 'Check that its directory exists and may be written to.',
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
  TH_NET_ADDRESS: {
    cause: "The address to listen at is none of this machine's.",
    effect: 'The instance does not start and is tried again, since the interface may come up later.',
    remedy: 'Use an address that ip address shows, or a wildcard such as [::].',
  },
  TH_NET_BIND: {
    cause: 'A simulated server could not take its port.',
    effect: 'That part of the lab does not start.',
    remedy: 'Choose a free port in [lab].',
  },
  TH_NET_BUSY: {
    cause: 'A port is taken in the simulated network.',
    effect: 'The instance does not start.',
    remedy: 'Give one of the two another port.',
  },
  TH_NET_CLOSED: {
    cause: 'The other side closed a connection.',
    effect: 'The source is unreachable until it is connected again, which is tried with back-off.',
    remedy: "Look at the other program's log if it happens often.",
  },
  TH_NET_CONNECT: {
    cause: 'The peer refused the connection or did not answer.',
    effect: 'The source is unreachable and is tried again with back-off.',
    remedy: 'Check that the program runs at that address and port, and the firewalls between.',
  },
  TH_NET_HWTSTAMP_CONFLICT: {
    cause: 'Another program has switched on hardware stamps of another kind on that network interface.',
    effect: 'The instance does not start and is tried again; the stamps of the other program go on.',
    remedy:
      'End that program (often ptp4l or chronyd), or switch the stamps off with hwstamp_ctl when it has ended already.',
  },
  TH_NET_HWTSTAMP_NONE: {
    cause: 'The network interface cannot stamp such packets in hardware.',
    effect: 'The instance does not start.',
    remedy: 'Look at what ethtool -T shows, and configure stamps by the kernel where there is no hardware for it.',
  },
  TH_NET_HWTSTAMP_PRIVILEGE: {
    cause: 'Switching on the hardware stamps of a network interface needs a privilege (CAP_NET_ADMIN).',
    effect: 'The instance does not start.',
    remedy:
      'Run it as a service with AmbientCapabilities=CAP_NET_ADMIN, or switch the stamps on with hwstamp_ctl before.',
  },
  TH_NET_INTERFACE: {
    cause: 'The machine has no network interface of that name.',
    effect: 'The instance does not start and is tried again, since the interface may come up later.',
    remedy: 'Use a name that ip link shows.',
  },
  TH_NET_NO_ADDON: {
    cause: 'The native addon, through which such sockets are opened, is not there.',
    effect: 'The instance does not start.',
    remedy: 'Install a C++ compiler and run npm run setup in the folder of timehub.',
  },
  TH_NET_OPEN: {
    cause: 'The operating system refused to open a socket.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Read the reason in the message; limits on open files and sandboxes of the service are usual.',
  },
  TH_NET_PORT_BUSY: {
    cause: 'Another program listens at that port.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'End the other program (often chronyd, ntpd or systemd-timesyncd), or choose another port.',
  },
  TH_NET_PORT_PRIVILEGE: {
    cause: 'Ports below 1024 need a privilege (CAP_NET_BIND_SERVICE).',
    effect: 'The instance does not start.',
    remedy: 'Run it as a service with AmbientCapabilities=CAP_NET_BIND_SERVICE, or choose a port above 1023.',
  },
  TH_NET_RAW_PRIVILEGE: {
    cause: 'A layer 2 socket needs a privilege (CAP_NET_RAW).',
    effect: 'The instance does not start.',
    remedy: 'Run it as a service with AmbientCapabilities=CAP_NET_RAW, or configure a UDP transport.',
  },
  TH_NET_REFUSED: {
    cause: 'Nobody listens at that port of the simulated network.',
    effect: 'The source is unreachable and is tried again.',
    remedy: 'Add the server to [lab], or correct the port.',
  },
  TH_NET_RESOLVE: {
    cause: 'The name could not be turned into an address.',
    effect: 'The source is unreachable; the name is looked up again later.',
    remedy: 'Check the spelling and the resolver, or write the address itself.',
  },
  TH_NET_SEND: {
    cause: 'A datagram could not be sent.',
    effect: 'That one request or reply is lost.',
    remedy: 'Check routes and interfaces if it goes on.',
  },
  TH_NET_SOCKET: {
    cause: 'The control socket cannot be made or used.',
    effect: 'The command line and the dashboard cannot reach the hub; time is kept all the same.',
    remedy: 'Check that its directory exists and may be written to, and that no other hub has it.',
  },
  TH_NET_UNIX: {
    cause: 'A Unix socket file could not be made.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Check that its folder exists and that the user of the hub may write to it.',
  },
  TH_NET_UNIX_BUSY: {
    cause: 'Another program has that Unix socket file open.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'End the other program (ss -xlp shows it), or choose another path.',
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
  TH_PTP_IDENTITY: {
    cause: 'The interface has no MAC address that a PTP clock identity could be made of.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Give it one: clock-identity = "001122.fffe.334455", unique in the network.',
  },
  TH_PTP_INTERFACE_REPLACED: {
    cause: 'A network interface was removed and one of the same name was made.',
    effect: 'The PTP port is started again on the new one.',
    remedy: 'None is needed.',
  },
  TH_PTP_STAMPS: {
    cause: 'Hardware stamps are asked for, and the interface has none, or the hub does not know its clock.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Use stamps = "auto" or "software"; ethtool -T shows what an interface can stamp.',
  },
  TH_REPLAY_FORMAT: {
    cause: 'The file is not an event log: it is empty, does not begin with a header, or is of another schema.',
    effect: 'Nothing is replayed.',
    remedy: 'Name the file of `[hub] event-log`, or record a run with `timehub simulate --record`.',
  },
};
