#include "udp.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "batch.h"

namespace {
constexpr int kReceiveStamps = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
constexpr int kTransmitStamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;
constexpr int kReceiveBufferOctets = 1 << 20;  // the kernel clamps it to net.core.rmem_max

thread_local Batch batch;

int Checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

void Set(int fd, int level, int option, int value, const char* name) {
  Checked(setsockopt(fd, level, option, &value, sizeof value), name);
}

template <typename T>
void Append(msghdr* message, int level, int type, const T& value) {
  cmsghdr* header = CMSG_FIRSTHDR(message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message->msg_controllen = CMSG_SPACE(sizeof value);
}

/** Asks for the source address of one datagram. `message` has room for a control message. */
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

}  // namespace

void KeepStampsOn() {
  static const int anchor = [] {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int flags = kReceiveStamps;
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
    return fd;
  }();
  (void)anchor;
}

UdpSocket::UdpSocket(const UdpOptions& options)
    : family_(options.local.family()), transmit_stamps_(options.transmit_stamps) {
  fd_ = Checked(socket(family_, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  Configure(options);
  Checked(bind(fd_, options.local.data(), options.local.length), "bind");
  if (!options.peer) return;
  peer_ = family_ == AF_INET6 ? Mapped(*options.peer) : *options.peer;
  Checked(connect(fd_, peer_->data(), peer_->length), "connect");
}

void UdpSocket::Configure(const UdpOptions& options) {
  Set(fd_, SOL_SOCKET, SO_RCVBUF, kReceiveBufferOctets, "SO_RCVBUF");
  Set(fd_, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
  Set(fd_, IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR");
  if (family_ == AF_INET6) {
    Set(fd_, IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only ? 1 : 0, "IPV6_V6ONLY");
    Set(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
    Set(fd_, IPPROTO_IPV6, IPV6_RECVERR, 1, "IPV6_RECVERR");
  }
  Set(fd_, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1, "SO_SELECT_ERR_QUEUE");
  RestartNumbering();
}

void UdpSocket::RestartNumbering() {
  const int flags = transmit_stamps_ ? kReceiveStamps | kTransmitStamps : kReceiveStamps;
  Set(fd_, SOL_SOCKET, SO_TIMESTAMPING, flags, "SO_TIMESTAMPING");
  if (transmit_stamps_) Set(fd_, SOL_SOCKET, SO_TIMESTAMPING, flags | SOF_TIMESTAMPING_OPT_ID, "SO_TIMESTAMPING");
  first_ = next_;
}

int UdpSocket::Fill(Arena arena) {
  const int used = FillFromErrorQueue(arena);
  return used + FillFromQueue(arena, used);
}

int UdpSocket::FillFromErrorQueue(Arena arena) {
  const int count = batch.Receive(fd_, MSG_ERRQUEUE, arena, 0);
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  int used = 0;
  for (int i = 0; i < count; i++) {
    const Control control = batch.control(i);
    Record& record = arena.record(used);
    if (control.origin == SO_EE_ORIGIN_TIMESTAMPING) {
      if (control.info != SCM_TSTAMP_SND || !ReadSent(control.data, control.stamp, &record)) continue;
      record.monotonic = now.RawAt(control.stamp);
    } else {
      const Address to = batch.name(i);
      record = {};
      record.kind = kNetworkError;
      record.number = static_cast<int32_t>(control.error);
      record.from_length = FormatAddress(to, record.from);
      record.port = PortOf(to);
    }
    used++;
  }
  return used;
}

bool UdpSocket::ReadSent(uint32_t kernel_number, int64_t stamp, Record* record) const {
  const uint32_t number = first_ + kernel_number;
  const Pending& pending = pending_[number % pending_.size()];
  // A send that failed may or may not have been counted, so that a stamp could come under its neighbour's number: such a
  // stamp is older than the datagram.
  if (stamp == 0 || number >= next_ || pending.number != number || stamp < pending.before) return false;
  *record = {};
  record->kind = kSent;
  record->number = static_cast<int32_t>(number);
  record->stamped = 1;
  record->realtime = stamp;
  return true;
}

int UdpSocket::FillFromQueue(Arena arena, int used) {
  const int first_slot = used;
  const int count = batch.Receive(fd_, 0, arena, first_slot);
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  for (int i = 0; i < count; i++) {
    const Address from = batch.name(i);
    // Datagrams of others can arrive between bind and connect.
    if (batch.truncated(i) || (peer_ && !(from == *peer_))) continue;
    const Control control = batch.control(i);
    Record& record = arena.record(used++);
    record.kind = kDatagram;
    record.number = batch.length(i);
    record.payload = arena.payload_offset(first_slot + i);
    record.stamped = control.stamp != 0 ? 1 : 0;
    record.realtime = control.stamp != 0 ? control.stamp : now.realtime;
    record.monotonic = now.RawAt(record.realtime);
    record.port = PortOf(from);
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
  int error = SendOnce(message, before);
  // A pending ICMP error about an earlier datagram makes one call fail, and is cleared by it.
  if (error != 0 && error != EAGAIN) error = SendOnce(message, before);
  if (error != 0) throw std::system_error(error, std::generic_category(), "sendmsg");
  return next_++;
}

int UdpSocket::SendOnce(const msghdr& message, Moment* before) {
  // Where a clock reading is slow (User-Mode Linux: 20 us each) a moment is old when it has been read: once more, last.
  const Moment moment = ReadMoment();
  const int64_t last = ReadClock(CLOCK_REALTIME);
  *before = {last, moment.raw + (last - moment.realtime), moment.monotonic + (last - moment.realtime)};
  pending_[next_ % pending_.size()] = {next_, before->realtime};
  if (sendmsg(fd_, &message, MSG_DONTWAIT) >= 0) return 0;
  const int error = errno;
  if (transmit_stamps_) RestartNumbering();
  return error;
}

Address UdpSocket::Local() const {
  Address out;
  out.length = sizeof out.storage;
  Checked(getsockname(fd_, reinterpret_cast<sockaddr*>(&out.storage), &out.length), "getsockname");
  return out;
}
