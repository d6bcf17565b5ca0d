#pragma once
#include <sys/socket.h>

#include <cstdint>

#include "address.h"
#include "arena.h"
#include "control.h"

/** The headers of one recvmmsg(2) call. */
class Batch {
 public:
  /** Reads datagrams into the free slots of the arena. Returns their number, 0 when none waits. */
  int Receive(int fd, int flags, Arena arena, int used);

  int length(int index) const { return static_cast<int>(messages_[index].msg_len); }
  bool truncated(int index) const { return (messages_[index].msg_hdr.msg_flags & MSG_TRUNC) != 0; }
  Address name(int index) const;
  Control control(int index) const { return ReadControl(messages_[index].msg_hdr); }

 private:
  static constexpr int kControlOctets = 256;

  mmsghdr messages_[kSlots];
  iovec vectors_[kSlots];
  sockaddr_storage names_[kSlots];
  alignas(cmsghdr) uint8_t controls_[kSlots][kControlOctets];
};
