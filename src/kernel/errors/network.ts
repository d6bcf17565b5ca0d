import type { Explanations } from './explanation.js';

/** Sockets, interfaces and stamps. */
export const NETWORK: Explanations = {
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
  TH_NET_INTERFACE_REPLACED: {
    cause: 'A network interface was removed and one of the same name was made.',
    effect: 'What has sockets on it is started again on the new one, a second later.',
    remedy: 'None is needed.',
  },
  TH_NET_NO_ADDON: {
    cause: 'The native addon, through which such sockets are opened, is not there.',
    effect: 'The instance does not start.',
    remedy: 'Install a C++ compiler and run timehub build-addon as the owner of its folder.',
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
    remedy: 'Check that its directory exists and may be written to by this user alone, and that no other hub has it.',
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
};
