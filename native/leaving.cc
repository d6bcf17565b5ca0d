#include "leaving.h"

#include <linux/net_tstamp.h>
#include <netinet/in.h>

#include <cstring>

namespace {
/** Appends a control message. */
template <typename T>
void PutControl(msghdr* message, void* control, int level, int type, const T& info) {
  auto* header = reinterpret_cast<cmsghdr*>(static_cast<uint8_t*>(control) + message->msg_controllen);
  message->msg_control = control;
  message->msg_controllen += CMSG_SPACE(sizeof info);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

static_assert(CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(uint32_t)) <= kLeavingOctets);
}  // namespace

void LeaveFrom(const Address& local, void* control, msghdr* message) {
  message->msg_controllen = 0;
  if (local.length == 0) return;
  if (local.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in&>(local.storage).sin_addr;
    PutControl(message, control, IPPROTO_IP, IP_PKTINFO, info);
  } else if (local.family() == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(local.storage);
    in6_pktinfo info{};
    info.ipi6_addr = v6.sin6_addr;
    info.ipi6_ifindex = v6.sin6_scope_id;
    PutControl(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

void AskForStamp(void* control, msghdr* message) {
  const uint32_t wish = SOF_TIMESTAMPING_TX_SOFTWARE;
  PutControl(message, control, SOL_SOCKET, SO_TIMESTAMPING, wish);
}
