#include "server-socket.h"

#include <linux/filter.h>
#include <sys/time.h>
#include <unistd.h>

#include <system_error>

namespace {
// Offsets in the network header, as a classic filter addresses them.
constexpr uint32_t kHeader = static_cast<uint32_t>(SKF_NET_OFF);
constexpr uint32_t kSourceV4 = kHeader + 12;
constexpr uint32_t kSourceV6 = kHeader + 8;
// Defined in <linux/in.h> and <linux/in6.h>, which cannot be included together with <netinet/in.h>.
constexpr int kMulticastAll = 49;
constexpr int kMulticastAllV6 = 29;
/** Multiplier of Fibonacci hashing: 2^32 divided by the golden ratio. */
constexpr uint32_t kSpread = 0x9E3779B1;

bool IsAny(const Address& address) {
  if (address.family() == AF_INET) {
    return reinterpret_cast<const sockaddr_in&>(address.storage).sin_addr.s_addr == INADDR_ANY;
  }
  return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_addr);
}
}  // namespace

ServerSocket::ServerSocket(const ServerSocketOptions& options) : wildcard_(IsAny(options.local)) {
  fd_ = Checked(socket(options.local.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
  try {
    Configure(options);
    if (!options.interface.empty()) BindToDevice(fd_, options.interface);
    if (options.share) Share(options.local.family());
    if (options.join) SetOption(fd_, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    Checked(bind(fd_, options.local.data(), options.local.length), "bind");
    if (!options.join) SetOption(fd_, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

ServerSocket::~ServerSocket() { ::close(fd_); }

void ServerSocket::Configure(const ServerSocketOptions& options) {
  const bool v6 = options.local.family() == AF_INET6;
  const int traffic_class = options.dscp << 2;  // RFC 2474 §3
  const timeval wait{0, kServerWaitMs * 1000};
  Checked(setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), "SO_RCVTIMEO");
  SetOption(fd_, SOL_SOCKET, SO_RCVBUF, options.receive_buffer, "SO_RCVBUF");
  if (options.transmit_stamps) numbers_ = std::make_unique<StampNumbers>(fd_);
  else SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
  if (options.deaf) DropAll();
  if (v6) {
    SetOption(fd_, IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only ? 1 : 0, "IPV6_V6ONLY");
    SetOption(fd_, IPPROTO_IPV6, IPV6_TCLASS, traffic_class, "IPV6_TCLASS");
  }
  SetOption(fd_, IPPROTO_IP, IP_TOS, traffic_class, "IP_TOS");
  if (!wildcard_) return;
  if (v6) SetOption(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  else SetOption(fd_, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
}

/** Without the groups that other sockets of the port have joined. */
void ServerSocket::Share(int family) const {
  SetOption(fd_, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  if (family == AF_INET6) SetOption(fd_, IPPROTO_IPV6, kMulticastAllV6, 0, "IPV6_MULTICAST_ALL");
  else SetOption(fd_, IPPROTO_IP, kMulticastAll, 0, "IP_MULTICAST_ALL");
}

void ServerSocket::DropAll() const {
  sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const sock_fprog filter{1, nothing};
  Checked(setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), "SO_ATTACH_FILTER");
}

Address ServerSocket::Local() const {
  Address out;
  out.length = sizeof out.storage;
  Checked(getsockname(fd_, reinterpret_cast<sockaddr*>(&out.storage), &out.length), "getsockname");
  return out;
}

void ServerSocket::SteerByClient(int count) const {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kHeader),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 4, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSourceV6),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSourceV6 + 4),
      BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),
      BPF_STMT(BPF_LDX | BPF_IMM, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSourceV4),
      BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, kSpread),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
      BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, static_cast<uint32_t>(count)),
      BPF_STMT(BPF_RET | BPF_A, 0),
  };
  const sock_fprog filter{sizeof program / sizeof *program, program};
  Checked(setsockopt(fd_, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter), "SO_ATTACH_REUSEPORT_CBPF");
}
