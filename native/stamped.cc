#include "stamped.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <net/if.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace {
constexpr uint32_t kReceiveStamps = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
constexpr uint32_t kTransmitStamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;
constexpr uint32_t kHardwareReceiveStamps = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
// The kernel reports both stamps of one datagram in two messages. Its own stamp gives CLOCK_MONOTONIC_RAW of the hardware's.
constexpr uint32_t kHardwareTransmitStamps = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_OPT_TX_SWHW;
constexpr uint32_t kBindClock = 1 << 15;  // SOF_TIMESTAMPING_BIND_PHC, Linux 5.14
constexpr int64_t kStaleNs = 50'000'000;  // a hardware stamp arrives within milliseconds, never later than this

/** struct so_timestamping (Linux 5.14), which older headers lack. */
struct BoundStamps {
  uint32_t flags;
  uint32_t clock;
};
}  // namespace

int Checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

void SetOption(int fd, int level, int option, int value, const char* name) {
  Checked(setsockopt(fd, level, option, &value, sizeof value), name);
}

void BindToDevice(int fd, const std::string& interface) {
  const auto length = static_cast<socklen_t>(interface.size());
  Checked(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.data(), length), "SO_BINDTODEVICE");
}

void KeepStampsOn() {
  static const int anchor = [] {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int flags = kReceiveStamps;
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
    return fd;
  }();
  (void)anchor;
}

Batch& StampedSocket::batch() {
  thread_local Batch batch;
  return batch;
}

void StampedSocket::StartStamps(int receive_buffer) {
  SetOption(fd_, SOL_SOCKET, SO_RCVBUF, receive_buffer, "SO_RCVBUF");
  SetOption(fd_, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1, "SO_SELECT_ERR_QUEUE");
  RestartNumbering();
}

void StampedSocket::RestartNumbering() {
  uint32_t flags = kReceiveStamps;
  if (options_.hardware) flags |= kHardwareReceiveStamps;
  if (options_.transmit) flags |= kTransmitStamps;
  if (options_.transmit && options_.hardware) flags |= kHardwareTransmitStamps;
  SetFlags(flags);
  if (options_.transmit) SetFlags(flags | SOF_TIMESTAMPING_OPT_ID);
  first_ = next_;
}

void StampedSocket::SetFlags(uint32_t flags) {
  if (!options_.clock) return SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPING, static_cast<int>(flags), "SO_TIMESTAMPING");
  const BoundStamps value{flags | kBindClock, *options_.clock};
  Checked(setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPING, &value, sizeof value), "SOF_TIMESTAMPING_BIND_PHC");
}

int StampedSocket::Fill(Arena arena) {
  const int used = FillFromErrorQueue(arena);
  return used + FillFromQueue(arena, used);
}

int StampedSocket::FillFromErrorQueue(Arena arena) {
  const int count = batch().Receive(fd_, MSG_ERRQUEUE, arena, 0);
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  int used = 0;
  for (int i = 0; i < count; i++) {
    const Control control = batch().control(i);
    Record& record = arena.record(used);
    if (control.origin == SO_EE_ORIGIN_TIMESTAMPING) {
      if (!WriteSent(control, now, &record)) continue;
    } else {
      const Address to = batch().name(i);
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

bool StampedSocket::WriteSent(const Control& control, const Moment& now, Record* record) {
  const uint32_t number = first_ + control.data;
  Pending& pending = pending_[number % pending_.size()];
  if (control.info != SCM_TSTAMP_SND || number >= next_ || pending.number != number) return false;
  *record = {};
  record->kind = kSent;
  record->number = static_cast<int32_t>(number);
  // The kernel may or may not have counted a failed send, so a stamp could carry the number of another datagram. Such a kernel
  // stamp is older than the datagram and is refused below. Hardware stamps are refused until all earlier ones have arrived.
  if (control.hardware != 0) {
    if (now.raw - restarted_ < kStaleNs) return false;
    record->stamped = kByHardware;
    record->time = control.hardware;
    record->monotonic = pending.software != 0 ? now.RawAt(pending.software) : now.raw;
    return true;
  }
  if (control.software < pending.before || control.software == 0) return false;
  pending.software = control.software;
  record->stamped = kByKernel;
  record->time = control.software;
  record->monotonic = now.RawAt(control.software);
  return !options_.hardware;
}

void StampedSocket::WriteReceived(const Control& control, const Moment& now, Record* record) {
  const int64_t software = control.software != 0 ? control.software : now.realtime;
  record->monotonic = now.RawAt(software);
  record->stamped = control.hardware != 0 ? kByHardware : control.software != 0 ? kByKernel : kByUs;
  record->time = control.hardware != 0 ? control.hardware : software;
}

uint32_t StampedSocket::SendStamped(const msghdr& message, Moment* before) {
  int error = SendOnce(message, before);
  // A pending ICMP error about an earlier datagram makes one call fail, which clears the error: send again.
  if (error != 0 && error != EAGAIN) error = SendOnce(message, before);
  if (error != 0) throw std::system_error(error, std::generic_category(), "sendmsg");
  return next_++;
}

int StampedSocket::SendOnce(const msghdr& message, Moment* before) {
  // Reading a clock may be slow (User-Mode Linux: 20 us), so the moment is already old: read CLOCK_REALTIME once more, last.
  const Moment moment = ReadMoment();
  const int64_t last = ReadClock(CLOCK_REALTIME);
  *before = {last, moment.raw + (last - moment.realtime), moment.monotonic + (last - moment.realtime)};
  pending_[next_ % pending_.size()] = {next_, before->realtime, 0};
  if (sendmsg(fd_, &message, MSG_DONTWAIT) >= 0) return 0;
  const int error = errno;
  if (!options_.transmit) return error;
  RestartNumbering();
  restarted_ = before->raw;
  return error;
}
