import type { Explanations } from './explanation.js';

/** Sockets, interfaces and stamps. */
export const NETWORK: Explanations = {
  TH_NET_ADDRESS: {
    cause: 'The address to listen at does not belong to this machine.',
    effect: 'The source or sink does not start and is retried, because the interface may come up later.',
    remedy: 'Use an address that "ip address" shows, or a wildcard such as [::].',
  },
  TH_NET_BIND: {
    cause: 'A simulated server could not take its port.',
    effect: 'This part of the lab does not start.',
    remedy: 'Choose a free port in [lab].',
  },
  TH_NET_BUSY: {
    cause: 'Two sockets want one port of the simulated network.',
    effect: 'The source or sink does not start.',
    remedy: 'Choose another port for one of them.',
  },
  TH_NET_CERTIFICATE: {
    cause: 'A certificate of TLS was not accepted, or the own certificate or its key cannot be used.',
    effect: 'No connection is made; a source is unreachable and tries again with back-off, a server does not start.',
    remedy:
      'Read the reason in the message. Check the name in the configuration, "ca" for a private authority, and the clock of this machine.',
  },
  TH_NET_CLOSED: {
    cause: 'The peer closed a connection.',
    effect: 'The source is unreachable until the connection is made again, which is retried with back-off.',
    remedy: "Check the other program's log if it happens often.",
  },
  TH_NET_CONNECT: {
    cause: 'The peer refused the connection or did not answer.',
    effect: 'The source is unreachable and is retried with back-off.',
    remedy: 'Check that the program listens at that address and port, and check the firewalls between.',
  },
  TH_NET_HWTSTAMP_CONFLICT: {
    cause: 'Another program has configured hardware stamps of another kind on the network interface.',
    effect: 'The source or sink does not start and is retried; the settings of the other program stay.',
    remedy:
      'Stop that program (often ptp4l or chronyd). If it has stopped already, switch the stamps off with hwstamp_ctl.',
  },
  TH_NET_HWTSTAMP_NONE: {
    cause: 'The network interface cannot stamp these packets in hardware.',
    effect: 'The source or sink does not start.',
    remedy: 'Check "ethtool -T", and configure kernel stamps if the card has none.',
  },
  TH_NET_HWTSTAMP_PRIVILEGE: {
    cause: 'Switching on hardware stamps needs CAP_NET_ADMIN.',
    effect: 'The source or sink does not start.',
    remedy:
      'Add AmbientCapabilities=CAP_NET_ADMIN to the systemd unit, or switch the stamps on with hwstamp_ctl before the start.',
  },
  TH_NET_INTERFACE: {
    cause: 'This machine has no network interface of that name.',
    effect: 'The source or sink does not start and is retried, because the interface may come up later.',
    remedy: 'Use a name that "ip link" shows.',
  },
  TH_NET_INTERFACE_REPLACED: {
    cause: 'A network interface was removed and created again under the same name.',
    effect: 'Sources and sinks with sockets on it are restarted on the new one, a second later.',
    remedy: 'Nothing needs to be done.',
  },
  TH_NET_NO_ADDON: {
    cause: 'The native addon, which opens these sockets, is missing.',
    effect: 'The source or sink does not start.',
    remedy: 'Install a C++ compiler and run "timehub build-addon" as the owner of the folder of timehub.',
  },
  TH_NET_OPEN: {
    cause: 'The operating system refused to open a socket.',
    effect: 'The source or sink does not start and is retried.',
    remedy: 'Read the reason in the message. Usual causes are a limit of open files or the sandbox of the service.',
  },
  TH_NET_PORT_BUSY: {
    cause: 'Another program listens at that port.',
    effect: 'The source or sink does not start and is retried.',
    remedy: 'Stop the other program (often chronyd, ntpd or systemd-timesyncd), or choose another port.',
  },
  TH_NET_PORT_PRIVILEGE: {
    cause: 'Ports below 1024 need CAP_NET_BIND_SERVICE.',
    effect: 'The source or sink does not start.',
    remedy: 'Add AmbientCapabilities=CAP_NET_BIND_SERVICE to the systemd unit, or choose a port above 1023.',
  },
  TH_NET_RAW_PRIVILEGE: {
    cause: 'A layer 2 socket needs CAP_NET_RAW.',
    effect: 'The source or sink does not start.',
    remedy: 'Add AmbientCapabilities=CAP_NET_RAW to the systemd unit, or configure a UDP transport.',
  },
  TH_NET_REFUSED: {
    cause: 'No server listens at that port of the simulated network.',
    effect: 'The source is unreachable and is retried.',
    remedy: 'Add the server to [lab], or correct the port.',
  },
  TH_NET_RESOLVE: {
    cause: 'The name could not be resolved.',
    effect: 'The source is unreachable; the name is resolved again later.',
    remedy: 'Check the spelling and the resolver, or write an address instead of the name.',
  },
  TH_NET_SEND: {
    cause: 'A datagram could not be sent.',
    effect: 'One request or reply is lost.',
    remedy: 'Check routes and interfaces if it continues.',
  },
  TH_NET_SOCKET: {
    cause: 'The control socket cannot be created or used.',
    effect: 'The command line and the dashboard cannot reach the hub, which keeps time nevertheless.',
    remedy: 'Check that its folder exists, that only this user can write to it, and that no other hub uses the socket.',
  },
  TH_NET_TLS: {
    cause: 'The peer does not speak TLS 1.3, or not the expected protocol, or ended the handshake.',
    effect: 'The source is unreachable and tries again with back-off.',
    remedy:
      'Check that address and port are those of the service; "openssl s_client -connect HOST:PORT" shows what answers.',
  },
  TH_NET_UNIX: {
    cause: 'A Unix socket file could not be created.',
    effect: 'The source or sink does not start and is retried.',
    remedy: 'Check that its folder exists and that the user of the hub can write to it.',
  },
  TH_NET_UNIX_BUSY: {
    cause: 'Another program uses that Unix socket file.',
    effect: 'The source or sink does not start and is retried.',
    remedy: 'Stop the other program ("ss -xlp" shows it), or choose another path.',
  },
};
