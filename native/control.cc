#include "control.h"

#include <linux/errqueue.h>
#include <linux/if_packet.h>

#include <cstring>
#include <ctime>

namespace {
constexpr int64_t kSecond = 1'000'000'000;
/** Largest time accepted, ns since 1970: the year 2242, so that a sum with a duration of seconds does not overflow. */
constexpr int64_t kLatestS = int64_t{1} << 33;

/** One control message: its type and its data. */
struct Item {
  int level;
  int type;
  const uint8_t* data;
  size_t octets;

  bool Is(int wanted_level, int wanted_type, size_t least) const {
    return level == wanted_level && type == wanted_type && octets >= least;
  }
  template <typename T>
  T As() const {
    T value;
    std::memcpy(&value, data, sizeof value);
    return value;
  }
};

/** Returns 0 ("none") when the value is not a valid time of a clock. */
int64_t Nanoseconds(const timespec& time) {
  const bool is_time = time.tv_sec > -kLatestS && time.tv_sec < kLatestS && time.tv_nsec >= 0 && time.tv_nsec < kSecond;
  return is_time ? static_cast<int64_t>(time.tv_sec) * kSecond + time.tv_nsec : 0;
}

void TakeStamps(const scm_timestamping& stamps, Control* out) {
  const int64_t software = Nanoseconds(stamps.ts[0]);
  out->software = software > 0 ? software : 0;
  out->hardware = Nanoseconds(stamps.ts[2]);
}

void TakeDestination(const in_pktinfo& info, Control* out) {
  // The destination in the header may be a group. The reply leaves from the local address.
  out->to4 = info.ipi_spec_dst.s_addr != 0 ? info.ipi_spec_dst : info.ipi_addr;
  if (out->to4->s_addr != info.ipi_addr.s_addr) out->to_many = true;
}

void TakeDestination(const in6_pktinfo& info, Control* out) {
  // A reply cannot leave from a group address: with :: the kernel chooses the address.
  const bool group = IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
  if (group) out->to_many = true;
  out->to6 = group ? in6addr_any : info.ipi6_addr;
  out->to6_interface = info.ipi6_ifindex;
}

void TakeError(const sock_extended_err& error, Control* out) {
  out->origin = error.ee_origin;
  out->error = error.ee_errno;
  out->info = error.ee_info;
  out->data = error.ee_data;
}

void Take(const Item& item, Control* out) {
  if (item.Is(SOL_SOCKET, SCM_TIMESTAMPING, sizeof(scm_timestamping))) {
    TakeStamps(item.As<scm_timestamping>(), out);
  } else if (item.Is(IPPROTO_IP, IP_PKTINFO, sizeof(in_pktinfo))) {
    TakeDestination(item.As<in_pktinfo>(), out);
  } else if (item.Is(IPPROTO_IPV6, IPV6_PKTINFO, sizeof(in6_pktinfo))) {
    TakeDestination(item.As<in6_pktinfo>(), out);
  } else if (item.Is(SOL_PACKET, PACKET_AUXDATA, sizeof(tpacket_auxdata))) {
    const auto data = item.As<tpacket_auxdata>();
    if ((data.tp_status & TP_STATUS_VLAN_VALID) != 0) out->vlan = data.tp_vlan_tci;
  } else if (item.Is(IPPROTO_IP, IP_RECVERR, sizeof(sock_extended_err)) ||
             item.Is(IPPROTO_IPV6, IPV6_RECVERR, sizeof(sock_extended_err)) ||
             item.Is(SOL_PACKET, PACKET_TX_TIMESTAMP, sizeof(sock_extended_err))) {
    TakeError(item.As<sock_extended_err>(), out);
  }
}
}  // namespace

Control ReadControl(const msghdr& message) {
  Control out;
  const auto* octets = static_cast<const uint8_t*>(message.msg_control);
  size_t left = message.msg_controllen;
  while (left >= sizeof(cmsghdr)) {
    cmsghdr header;
    std::memcpy(&header, octets, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > left) break;
    Take({header.cmsg_level, header.cmsg_type, octets + CMSG_LEN(0), header.cmsg_len - CMSG_LEN(0)}, &out);
    const size_t space = CMSG_ALIGN(header.cmsg_len);
    if (space > left) break;
    octets += space;
    left -= space;
  }
  return out;
}
