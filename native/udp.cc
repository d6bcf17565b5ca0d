#include "udp.h"

#include <net/if.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace {
// Defined in <linux/in.h> and <linux/in6.h>, which cannot be included together with <netinet/in.h>.
constexpr int kMulticastAll = 49;
constexpr int kMulticastAllV6 = 29;

template <typename T>
void Append(msghdr* message, int level, int type, const T& value) {
  cmsghdr* header = CMSG_FIRSTHDR(message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message->msg_controllen = CMSG_SPACE(sizeof value);
}

/** Sets the source address of one datagram. `message` has room for a control message. */
void SendFrom(msghdr* message, const Address& from) {
  if (from.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in&>(from.storage).sin_addr;
    Append(message, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from.storage);
    in6_pktinfo info{};
    info.ipi6_addr = v6.sin6_addr;
    info.ipi6_ifindex = v6.sin6_scope_id;
    Append(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

void Join(int fd, const Address& group, unsigned index) {
  if (group.family() == AF_INET) {
    ip_mreqn request{};
    request.imr_multiaddr = reinterpret_cast<const sockaddr_in&>(group.storage).sin_addr;
    request.imr_ifindex = static_cast<int>(index);
    Checked(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), "IP_ADD_MEMBERSHIP");
  } else {
    ipv6_mreq request{};
    request.ipv6mr_multiaddr = reinterpret_cast<const sockaddr_in6&>(group.storage).sin6_addr;
    request.ipv6mr_interface = index;
    Checked(setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request, sizeof request), "IPV6_ADD_MEMBERSHIP");
  }
}

}  // namespace

UdpSocket::UdpSocket(const UdpOptions& options) : StampedSocket(options.stamps), family_(options.local.family()) {
  fd_ = Checked(socket(family_, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  Configure(options);
  if (!options.interface.empty()) ConfigureInterface(options);
  StartStamps(options.receive_buffer);
  Checked(bind(fd_, options.local.data(), options.local.length), "bind");
  if (!options.peer) return;
  peer_ = family_ == AF_INET6 ? Mapped(*options.peer) : *options.peer;
  Checked(connect(fd_, peer_->data(), peer_->length), "connect");
}

void UdpSocket::Configure(const UdpOptions& options) {
  const int traffic_class = options.dscp << 2;  // RFC 2474 §3
  SetOption(fd_, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
  SetOption(fd_, IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR");
  SetOption(fd_, IPPROTO_IP, IP_TOS, traffic_class, "IP_TOS");
  if (options.reuse) SetOption(fd_, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  if (family_ != AF_INET6) return;
  SetOption(fd_, IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only ? 1 : 0, "IPV6_V6ONLY");
  SetOption(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  SetOption(fd_, IPPROTO_IPV6, IPV6_RECVERR, 1, "IPV6_RECVERR");
  SetOption(fd_, IPPROTO_IPV6, IPV6_TCLASS, traffic_class, "IPV6_TCLASS");
}

void UdpSocket::ConfigureInterface(const UdpOptions& options) {
  BindToDevice(fd_, options.interface);
  const unsigned index = if_nametoindex(options.interface.c_str());
  ip_mreqn outgoing{};
  outgoing.imr_ifindex = static_cast<int>(index);
  Checked(setsockopt(fd_, IPPROTO_IP, IP_MULTICAST_IF, &outgoing, sizeof outgoing), "IP_MULTICAST_IF");
  SetOption(fd_, IPPROTO_IP, IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP");
  SetOption(fd_, IPPROTO_IP, IP_MULTICAST_TTL, options.multicast_ttl, "IP_MULTICAST_TTL");
  SetOption(fd_, IPPROTO_IP, kMulticastAll, 0, "IP_MULTICAST_ALL");  // this socket's own groups, not all of the machine's
  if (family_ == AF_INET6) {
    SetOption(fd_, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(index), "IPV6_MULTICAST_IF");
    SetOption(fd_, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP");
    SetOption(fd_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, options.multicast_ttl, "IPV6_MULTICAST_HOPS");
    SetOption(fd_, IPPROTO_IPV6, kMulticastAllV6, 0, "IPV6_MULTICAST_ALL");
  }
  for (const Address& group : options.groups) Join(fd_, group, index);
}

int UdpSocket::FillFromQueue(Arena arena, int used) {
  const int first_slot = used;
  const int count = batch().Receive(fd_, 0, arena, first_slot);
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  for (int i = 0; i < count; i++) {
    const Address from = batch().name(i);
    // Datagrams of other senders can arrive between bind and connect.
    if (batch().truncated(i) || (peer_ && !(from == *peer_))) continue;
    const Control control = batch().control(i);
    Record& record = arena.record(used++);
    record.kind = kDatagram;
    record.number = batch().length(i);
    record.payload = arena.payload_offset(first_slot + i);
    WriteReceived(control, now, &record);
    record.port = PortOf(from);
    record.to_many = control.to_many ? 1 : 0;
    record.from_length = FormatAddress(from, record.from);
    record.to_length = control.to4   ? FormatAddress(*control.to4, record.to)
                       : control.to6 ? FormatAddress(*control.to6, control.to6_interface, record.to)
                                     : 0;
  }
  return used - first_slot;
}

uint32_t UdpSocket::Send(const uint8_t* payload, size_t octets, const std::optional<Address>& to,
                         const std::optional<Address>& from, Moment* before) {
  const bool map = family_ == AF_INET6;
  const Address target = to ? (map ? Mapped(*to) : *to) : Address();
  iovec vector{const_cast<uint8_t*>(payload), octets};
  alignas(cmsghdr) uint8_t control[64] = {};
  msghdr message{};
  if (to) {
    message.msg_name = const_cast<sockaddr*>(target.data());
    message.msg_namelen = target.length;
  }
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (from) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    SendFrom(&message, map ? Mapped(*from) : *from);
  }
  return SendStamped(message, before);
}

Address UdpSocket::Local() const {
  Address out;
  out.length = sizeof out.storage;
  Checked(getsockname(fd_, reinterpret_cast<sockaddr*>(&out.storage), &out.length), "getsockname");
  return out;
}
