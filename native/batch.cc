#include "batch.h"

#include <cerrno>
#include <cstring>

int Batch::Receive(int fd, int flags, Arena arena, int used) {
  const int free = kSlots - used;
  if (free <= 0) return 0;
  for (int i = 0; i < free; i++) {
    vectors_[i] = {arena.payload(used + i), kSlotOctets};
    msghdr& header = messages_[i].msg_hdr;
    header = {};
    header.msg_name = &names_[i];
    header.msg_namelen = sizeof names_[i];
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i];
    header.msg_controllen = kControlOctets;
  }
  int count = recvmmsg(fd, messages_, free, flags | MSG_DONTWAIT, nullptr);
  // A pending ICMP error makes one call fail. The error itself stays in the error queue.
  if (count < 0 && errno != EAGAIN) count = recvmmsg(fd, messages_, free, flags | MSG_DONTWAIT, nullptr);
  return count < 0 ? 0 : count;
}

Address Batch::name(int index) const {
  Address out;
  out.length = messages_[index].msg_hdr.msg_namelen;
  if (out.length > 0) std::memcpy(&out.storage, &names_[index], sizeof out.storage);
  return out;
}
