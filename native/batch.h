#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "address.h"
#include "arena.h"

/** What the control messages of a datagram say. */
struct Control {
  int64_t software = 0;  // CLOCK_REALTIME ns, 0: none
  int64_t hardware = 0;  // ns of the hardware clock, 0: none
  std::optional<in_addr> to4;
  std::optional<in6_addr> to6;
  uint32_t to6_interface = 0;
  bool to_many = false;  // to a group or to all: `to4` and `to6` are what to answer from
  uint16_t vlan = 0;  // the tag that the kernel has taken out of the frame (IEEE 802.1Q §9.6)
  // From the error queue (struct sock_extended_err).
  uint8_t origin = 0;
  uint32_t error = 0;
  uint32_t info = 0;
  uint32_t data = 0;
};

/** The headers of one recvmmsg(2) call. */
class Batch {
 public:
  /** Points at the free slots of the arena and reads. Returns the number of datagrams, 0 when there are none. */
  int Receive(int fd, int flags, Arena arena, int used);

  int length(int index) const { return static_cast<int>(messages_[index].msg_len); }
  bool truncated(int index) const { return (messages_[index].msg_hdr.msg_flags & MSG_TRUNC) != 0; }
  Address name(int index) const;
  Control control(int index);

 private:
  static constexpr int kControlOctets = 256;

  mmsghdr messages_[kSlots];
  iovec vectors_[kSlots];
  sockaddr_storage names_[kSlots];
  alignas(cmsghdr) uint8_t controls_[kSlots][kControlOctets];
};
