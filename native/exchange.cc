#include "exchange.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>

namespace {
constexpr int64_t kSecond = 1'000'000'000;
constexpr double kGain = 1.0 / 8;
/** A time counts for at most so many times the mean: an interrupted call says nothing of the next. */
constexpr double kUsual = 2;
constexpr double kLeastNs = 100;
/**
 * Share of a datagram's time in sendmmsg(2) that has passed when it leaves: the kernel has copied and routed it. On loopback
 * its stamp of the sending was taken there, too.
 */
constexpr double kLeavesAt = 0.6;
/** A pause is worth it from this number of requests that come during it. */
constexpr double kWorthPausing = 2.5;

void PutTime(int64_t ns, uint32_t* seconds, uint32_t* nanoseconds) {
  *seconds = static_cast<uint32_t>(ns / kSecond);
  *nanoseconds = static_cast<uint32_t>(ns % kSecond);
}

void PutAddress(const sockaddr_storage& name, uint8_t* out) {
  if (name.ss_family == AF_INET6) {
    std::memcpy(out, &reinterpret_cast<const sockaddr_in6&>(name).sin6_addr, 16);
    return;
  }
  std::memset(out, 0, 10);
  out[10] = out[11] = 0xff;
  std::memcpy(out + 12, &reinterpret_cast<const sockaddr_in&>(name).sin_addr, 4);
}

uint16_t PortOf(const sockaddr_storage& name) {
  const bool v6 = name.ss_family == AF_INET6;
  return ntohs(v6 ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                  : reinterpret_cast<const sockaddr_in&>(name).sin_port);
}

/** The kernel's statements about a request beside its octets. */
struct Arrival {
  int64_t time = 0;  // 0: no stamp
  Address local;
};

void TakeLocal(const cmsghdr& header, Arrival* out) {
  if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(&header), sizeof info);
    auto& v4 = reinterpret_cast<sockaddr_in&>(out->local.storage);
    v4.sin_family = AF_INET;
    // The destination in the header may be a broadcast address. The reply leaves from the local one.
    v4.sin_addr = info.ipi_spec_dst;
    out->local.length = sizeof v4;
  } else if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
    in6_pktinfo info;
    std::memcpy(&info, CMSG_DATA(&header), sizeof info);
    if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) return;  // the kernel chooses the address of the reply
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out->local.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = info.ipi6_addr;
    v6.sin6_scope_id = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
    out->local.length = sizeof v6;
  }
}

Arrival ReadArrival(msghdr* message) {
  Arrival out;
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr; header = CMSG_NXTHDR(message, header)) {
    // SO_TIMESTAMPING gives three times; the kernel's is the first.
    const bool is_time = header->cmsg_type == SO_TIMESTAMPNS || header->cmsg_type == SO_TIMESTAMPING;
    if (header->cmsg_level == SOL_SOCKET && is_time) {
      timespec time;
      std::memcpy(&time, CMSG_DATA(header), sizeof time);
      out.time = static_cast<int64_t>(time.tv_sec) * kSecond + time.tv_nsec;
    } else {
      TakeLocal(*header, &out);
    }
  }
  return out;
}

void Learn(double ns, double* mean) {
  *mean += kGain * (std::clamp(ns, kLeastNs, kUsual * *mean) - *mean);
}
}  // namespace

Exchange::Exchange(Sockets sockets, Sockets senders, std::unique_ptr<ReplyStamps> stamps)
    : sockets_(std::move(sockets)), senders_(std::move(senders)), stamps_(std::move(stamps)) {}

int Exchange::Receive(BatchMemory* batch, int64_t coalesce_ns) {
  const bool paused = Pause(coalesce_ns);
  int count = 0;
  const bool awaits = stamps_ != nullptr && stamps_->awaits();
  if (sockets_.size() == 1 && !awaits) {
    count = ReceiveFrom(*sockets_[0], batch, paused ? MSG_DONTWAIT : MSG_WAITFORONE);
    if (count == 0 && paused) count = ReceiveFrom(*sockets_[0], batch, MSG_WAITFORONE);
  } else if (Wait()) {
    count = ReceiveFrom(*sockets_[current_], batch, MSG_DONTWAIT);
  }
  last_count_ = count;
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  batch->monotonic = static_cast<double>(now.raw);
  for (int slot = 0; slot < count; slot++) Describe(slot, now, batch);
  waited_ = count < kBatchSlots / 2;
  const double interval = static_cast<double>(now.raw - last_receive_) / count;
  interval_ns_ += kGain * (std::min(interval, 1e9) - interval_ns_);
  last_receive_ = now.raw;
  return count;
}

/**
 * Chooses the next socket in turn that has requests. Returns false when none has. A stamp ends the wait, too, which it does not
 * do in recvmsg(2).
 */
bool Exchange::Wait() {
  pollfd waits[2 * kMostSockets];
  const size_t count = sockets_.size();
  for (size_t i = 0; i < count; i++) {
    waits[i] = {sockets_[i]->fd(), POLLIN, 0};
    waits[count + i] = {senders_[i]->fd(), 0, 0};  // POLLERR
  }
  if (poll(waits, stamps_ == nullptr ? count : 2 * count, kServerWaitMs) <= 0) return false;
  const size_t last = current_;
  bool found = false;
  for (size_t i = 1; i <= count; i++) {
    const size_t next = (last + i) % count;
    if (stamps_ != nullptr && (waits[count + next].revents & POLLERR) != 0) stamps_->Note(next);
    if ((waits[next].revents & POLLIN) == 0 || found) continue;
    current_ = next;
    found = true;
  }
  return found;
}

/**
 * Sleeps when requests come so often that several come meanwhile: one wake-up then serves them all. A full or nearly full
 * batch means that the thread is busy, so that a pause would only lose requests. Time stamps are not touched by it: requests
 * were stamped by the kernel, and replies are stamped when they leave.
 */
bool Exchange::Pause(int64_t coalesce_ns) {
  if (coalesce_ns <= 0 || last_count_ == 0 || last_count_ >= kBatchSlots / 2) return false;
  if (static_cast<double>(coalesce_ns) < kWorthPausing * interval_ns_) return false;
  const timespec pause{0, static_cast<long>(coalesce_ns)};
  nanosleep(&pause, nullptr);
  return true;
}

int Exchange::ReceiveFrom(const ServerSocket& socket, BatchMemory* batch, int flags) {
  for (int i = 0; i < kBatchSlots; i++) {
    receive_vectors_[i] = {batch->requests[i], kBatchSlotOctets};
    msghdr& header = received_[i].msg_hdr;
    header.msg_name = &names_[i];
    header.msg_namelen = sizeof names_[i];
    header.msg_iov = &receive_vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i];
    header.msg_controllen = kControlOctets;
    header.msg_flags = 0;
  }
  const int count = recvmmsg(socket.fd(), received_, kBatchSlots, flags, nullptr);
  if (count >= 0) return count;
  if (errno == EAGAIN || errno == EINTR) return 0;
  throw std::system_error(errno, std::generic_category(), "recvmmsg");
}

void Exchange::Describe(int slot, const Moment& now, BatchMemory* batch) {
  msghdr& header = received_[slot].msg_hdr;
  const Arrival arrival = ReadArrival(&header);
  const bool truncated = (header.msg_flags & MSG_TRUNC) != 0;
  // Longer requests than a slot are not answered: they are given as empty.
  batch->request_octets[slot] = truncated ? 0 : static_cast<int32_t>(received_[slot].msg_len);
  batch->reply_octets[slot] = 0;
  batch->tickets[slot] = 0;
  batch->clocks[slot] = 0;
  batch->ports[slot] = PortOf(names_[slot]);
  PutTime(arrival.time > 0 ? arrival.time : now.realtime, &batch->received_s[slot], &batch->received_ns[slot]);
  PutAddress(names_[slot], batch->clients[slot]);
  locals_[slot] = arrival.local;
  if (arrival.local.length > 0) PutAddress(arrival.local.storage, batch->locals[slot]);
  else std::memset(batch->locals[slot], 0, 16);
}

void Exchange::Foresee(BatchMemory* batch, int first, int end) {
  foreseen_ = ReadClock(CLOCK_REALTIME);
  pace_ = first == 0 && waited_ ? &cold_ : &warm_;
  double leaves_in = pace_->preparation_ns + kLeavesAt * pace_->sending_ns;
  for (int slot = first; slot < end; slot++) {
    PutTime(foreseen_ + static_cast<int64_t>(leaves_in), &batch->departure_s[slot], &batch->departure_ns[slot]);
    leaves_in += pace_->sending_ns;
  }
}

int Exchange::Send(BatchMemory* batch, int first, int end) {
  int count = 0;
  for (int slot = first; slot < end; slot++) {
    const int32_t octets = batch->reply_octets[slot];
    if (octets <= 0 || octets > kBatchSlotOctets) continue;
    send_vectors_[count] = {batch->replies[slot], static_cast<size_t>(octets)};
    msghdr& header = replies_[count].msg_hdr;
    header = {};
    header.msg_name = &names_[slot];
    header.msg_namelen = received_[slot].msg_hdr.msg_namelen;
    header.msg_iov = &send_vectors_[count];
    header.msg_iovlen = 1;
    LeaveFrom(locals_[slot], send_controls_[count], &header);
    slots_[count] = slot;
    tickets_[count] = batch->tickets[slot];
    if (Asks(count)) AskForStamp(send_controls_[count], &header);
    count++;
  }
  if (count == 0) return 0;
  const int64_t before = ReadClock(CLOCK_REALTIME);
  const int unsent = SendBatch(count);
  const int64_t after = ReadClock(CLOCK_REALTIME);
  Learn(static_cast<double>(before - foreseen_), &pace_->preparation_ns);
  Learn(static_cast<double>(after - before) / count, &pace_->sending_ns);
  return unsent;
}

/** Sends all messages, without those that cannot be sent, whose number it returns. */
int Exchange::SendBatch(int count) {
  const ServerSocket& socket = *senders_[current_];
  StampNumbers* numbers = stamps_ == nullptr ? nullptr : socket.numbers();
  std::unique_lock<std::mutex> sending;
  if (numbers != nullptr) sending = std::unique_lock(numbers->sending());
  const int64_t before = numbers == nullptr ? 0 : ReadClock(CLOCK_REALTIME);
  int unsent = 0;
  for (int done = 0; done < count;) {
    const int sent = sendmmsg(socket.fd(), replies_ + done, count - done, MSG_DONTWAIT);
    if (sent > 0) {
      if (numbers != nullptr) NoteSent(done, done + sent, before);
      done += sent;
    } else if (errno != EINTR) {
      // The client's address was forged or its route is gone: the next one may be right.
      if (numbers != nullptr && Asks(done)) numbers->Restart();
      unsent++;
      done++;
    }
  }
  return unsent;
}

/** Remembers the replies whose stamps are wanted. */
void Exchange::NoteSent(int first, int end, int64_t before) {
  for (int i = first; i < end; i++) {
    if (!Asks(i)) continue;
    const int slot = slots_[i];
    AwaitedReply& reply = stamps_->Await(current_, senders_[current_]->numbers()->Take());
    reply.ticket = tickets_[i];
    reply.before = before;
    std::memcpy(&reply.client.storage, &names_[slot], sizeof reply.client.storage);
    reply.client.length = received_[slot].msg_hdr.msg_namelen;
    reply.local = locals_[slot];
  }
}

int32_t Exchange::LocalText(int slot, char* out) const {
  if (locals_[slot].length > 0) return FormatAddress(locals_[slot], out);
  return FormatAddress(sockets_[current_]->Local(), out);
}

int32_t Exchange::ClientText(int slot, char* out) const {
  Address client;
  client.storage = names_[slot];
  client.length = received_[slot].msg_hdr.msg_namelen;
  return FormatAddress(client, out);
}
