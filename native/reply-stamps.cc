#include "reply-stamps.h"

#include <linux/errqueue.h>

#include <cerrno>
#include <utility>

#include "clocks.h"
#include "control.h"
#include "leaving.h"

namespace {
constexpr int64_t kSecond = 1'000'000'000;

void SetPort(uint16_t port, Address* address) {
  if (address->family() == AF_INET6) reinterpret_cast<sockaddr_in6&>(address->storage).sin6_port = htons(port);
  else reinterpret_cast<sockaddr_in&>(address->storage).sin_port = htons(port);
}
}  // namespace

ReplyStamps::ReplyStamps(std::vector<std::shared_ptr<ServerSocket>> sockets,
                         std::vector<std::shared_ptr<ServerSocket>> next_ports)
    : sockets_(std::move(sockets)),
      next_ports_(std::move(next_ports)),
      awaited_(sockets_.size()),
      noted_(sockets_.size()) {}

bool ReplyStamps::awaits() const {
  for (const AwaitedReplies& each : awaited_) {
    if (each.count() > 0) return true;
  }
  return false;
}

int ReplyStamps::Read(StampMemory* out) {
  int count = 0;
  uint32_t lost = 0;
  for (size_t socket = 0; socket < sockets_.size(); socket++) {
    AwaitedReplies& awaited = awaited_[socket];
    if (awaited.count() > 0 || noted_[socket]) count += ReadFrom(socket, out, count);
    if (awaited.count() > 0) awaited.Sweep(ReadClock(CLOCK_REALTIME));
    lost += awaited.TakeLost();
  }
  out->lost = lost;
  return count;
}

int ReplyStamps::ReadFrom(size_t socket, StampMemory* out, int used) {
  int slot = used;
  while (slot < kStampSlots) {
    const int room = kStampSlots - slot;
    for (int i = 0; i < room; i++) {
      received_[i].msg_hdr = {};
      received_[i].msg_hdr.msg_control = controls_[i];
      received_[i].msg_hdr.msg_controllen = kControlOctets;
    }
    const int count = recvmmsg(sockets_[socket]->fd(), received_, room, MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; i++) {
      if (Take(socket, received_[i].msg_hdr, slot, out)) slot++;
    }
    if (count < room) {
      noted_[socket] = false;
      break;
    }
  }
  return slot - used;
}

/** Returns false if nothing awaits the stamp. */
bool ReplyStamps::Take(size_t socket, const msghdr& message, int slot, StampMemory* out) {
  StampNumbers* numbers = sockets_[socket]->numbers();
  const Control control = ReadControl(message);
  const bool is_stamp = control.origin == SO_EE_ORIGIN_TIMESTAMPING && control.info == SCM_TSTAMP_SND;
  if (!is_stamp || numbers == nullptr || control.software == 0) return false;
  const AwaitedReply* reply = awaited_[socket].Take(numbers->Of(control.data), control.software);
  if (reply == nullptr) return false;
  replies_[slot] = *reply;
  origins_[slot] = socket;
  out->tickets[slot] = reply->ticket;
  out->clocks[slot] = 0;
  out->sent_s[slot] = static_cast<uint32_t>(control.software / kSecond);
  out->sent_ns[slot] = static_cast<uint32_t>(control.software % kSecond);
  out->ports[slot] = PortOf(reply->client);
  out->from_next_port[slot] = 0;
  out->follow_up_octets[slot] = 0;
  return true;
}

int ReplyStamps::SendFollowUps(const StampMemory& memory, int count) {
  int unsent = 0;
  for (size_t socket = 0; socket < sockets_.size(); socket++) {
    unsent += SendFrom(*sockets_[socket], socket, false, memory, count);
    if (socket < next_ports_.size()) unsent += SendFrom(*next_ports_[socket], socket, true, memory, count);
  }
  return unsent;
}

int ReplyStamps::SendFrom(const ServerSocket& socket, size_t index, bool next_port, const StampMemory& memory,
                          int count) {
  int used = 0;
  for (int slot = 0; slot < count; slot++) {
    const int32_t octets = memory.follow_up_octets[slot];
    const int32_t port = memory.ports[slot];
    const bool leaves_here = next_ports_.empty() || (memory.from_next_port[slot] == 1) == next_port;
    if (origins_[slot] != index || !leaves_here) continue;
    if (octets <= 0 || octets > kFollowUpOctets || port <= 0 || port > UINT16_MAX) continue;
    AwaitedReply& reply = replies_[slot];
    SetPort(static_cast<uint16_t>(port), &reply.client);
    vectors_[used] = {const_cast<uint8_t*>(memory.follow_ups[slot]), static_cast<size_t>(octets)};
    msghdr& header = follow_ups_[used].msg_hdr;
    header = {};
    header.msg_name = &reply.client.storage;
    header.msg_namelen = reply.client.length;
    header.msg_iov = &vectors_[used];
    header.msg_iovlen = 1;
    LeaveFrom(reply.local, send_controls_[used], &header);
    used++;
  }
  int unsent = 0;
  for (int done = 0; done < used;) {
    const int sent = sendmmsg(socket.fd(), follow_ups_ + done, used - done, MSG_DONTWAIT);
    if (sent > 0) {
      done += sent;
    } else if (errno != EINTR) {
      unsent++;
      done++;
    }
  }
  return unsent;
}
