#include "fake-kernel.h"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdarg>

// The system calls of the addon's sockets. The linker finds these before those of libc. In an input, a datagram has the lengths
// of name and control messages (an octet each) and of the payload (a word), flags, then name, control messages and payload.

namespace {
constexpr int kDescriptor = 1 << 20;  // none: closing it does nothing
constexpr uint8_t kNoMore = 0xff;
Input* answers = nullptr;

int Refuse(int error) {
  errno = error;
  return -1;
}

void Receive(mmsghdr* message) {
  msghdr& header = message->msg_hdr;
  const size_t name = answers->Octet();
  const size_t control = answers->Octet();
  const size_t payload = answers->Word();
  header.msg_flags = answers->Octet();
  header.msg_namelen = static_cast<socklen_t>(answers->Copy(header.msg_name, std::min<size_t>(name, header.msg_namelen)));
  header.msg_controllen = answers->Copy(header.msg_control, std::min<size_t>(control, header.msg_controllen));
  const size_t room = header.msg_iov[0].iov_len;
  message->msg_len = static_cast<unsigned>(answers->Copy(header.msg_iov[0].iov_base, std::min(payload, room)));
  if (payload > room) header.msg_flags |= MSG_TRUNC;
}

/** Answers a question about an interface. If the input has no answer, it is an Ethernet interface. */
void Ask(unsigned long command, ifreq* request) {
  if (answers == nullptr) request->ifr_hwaddr.sa_family = ARPHRD_ETHER;
  else if (command == SIOCETHTOOL) answers->Copy(request->ifr_data, sizeof(ethtool_ts_info));
  else if (command == SIOCGHWTSTAMP) answers->Copy(request->ifr_data, sizeof(hwtstamp_config));
  else answers->Copy(&request->ifr_hwaddr, sizeof request->ifr_hwaddr);
}
}  // namespace

void AnswerFrom(Input* input) { answers = input; }

extern "C" {
int recvmmsg(int, mmsghdr* messages, unsigned count, int, timespec*) noexcept(false) {
  if (answers == nullptr || answers->empty()) return Refuse(EAGAIN);
  const uint8_t wanted = answers->Octet();
  if (wanted == kNoMore) return Refuse(ECONNREFUSED);
  unsigned received = 0;
  while (received < count && received < wanted && !answers->empty()) Receive(&messages[received++]);
  return received > 0 ? static_cast<int>(received) : Refuse(EAGAIN);
}

ssize_t recv(int, void* out, size_t octets, int) {
  if (answers == nullptr || answers->empty()) return Refuse(EAGAIN);
  const uint8_t error = answers->Octet();
  return error == 0 ? static_cast<ssize_t>(answers->Copy(out, octets)) : Refuse(error == 1 ? ENOBUFS : EAGAIN);
}

ssize_t sendmsg(int, const msghdr* message, int) {
  size_t octets = 0;
  for (size_t i = 0; i < message->msg_iovlen; i++) octets += message->msg_iov[i].iov_len;
  const uint8_t error = answers == nullptr ? 0 : answers->Octet();
  return error < 0xf0 ? static_cast<ssize_t>(octets) : Refuse(error == 0xff ? ECONNREFUSED : EAGAIN);
}

int ioctl(int, unsigned long command, ...) noexcept {
  va_list rest;
  va_start(rest, command);
  Ask(command, va_arg(rest, ifreq*));
  va_end(rest);
  return 0;
}
int socket(int, int, int) noexcept { return kDescriptor; }
int setsockopt(int, int, int, const void*, socklen_t) noexcept { return 0; }
int bind(int, const sockaddr*, socklen_t) noexcept { return 0; }
int connect(int, const sockaddr*, socklen_t) { return 0; }
unsigned if_nametoindex(const char*) noexcept { return 1; }
}
