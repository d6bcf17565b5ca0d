#include "batch.h"

#include <linux/errqueue.h>
#include <linux/if_packet.h>

#include <cerrno>
#include <cstring>

namespace {
template <typename T>
T Read(const cmsghdr* header) {
  T value{};
  const size_t octets = header->cmsg_len - CMSG_LEN(0);
  std::memcpy(&value, CMSG_DATA(header), octets < sizeof value ? octets : sizeof value);
  return value;
}

int64_t Nanoseconds(const timespec& time) { return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec; }

void ReadError(const cmsghdr* header, Control* out) {
  const auto error = Read<sock_extended_err>(header);
  out->origin = error.ee_origin;
  out->error = error.ee_errno;
  out->info = error.ee_info;
  out->data = error.ee_data;
}

void ReadHeader(const cmsghdr* header, Control* out) {
  const int level = header->cmsg_level;
  const int type = header->cmsg_type;
  if (level == SOL_SOCKET && type == SCM_TIMESTAMPING) {
    const auto stamps = Read<scm_timestamping>(header);
    out->software = Nanoseconds(stamps.ts[0]);
    out->hardware = Nanoseconds(stamps.ts[2]);
  } else if (level == IPPROTO_IP && type == IP_PKTINFO) {
    const auto info = Read<in_pktinfo>(header);
    // The header's destination may be a group; the local address that stands for it is what one can answer from.
    out->to4 = info.ipi_spec_dst.s_addr != 0 ? info.ipi_spec_dst : info.ipi_addr;
    if (out->to4->s_addr != info.ipi_addr.s_addr) out->to_many = true;
  } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO) {
    const auto info = Read<in6_pktinfo>(header);
    // A group is nothing to answer from: :: leaves the choice to the kernel.
    const bool group = IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
    if (group) out->to_many = true;
    out->to6 = group ? in6addr_any : info.ipi6_addr;
    out->to6_interface = info.ipi6_ifindex;
  } else if (level == SOL_PACKET && type == PACKET_AUXDATA) {
    const auto data = Read<tpacket_auxdata>(header);
    if ((data.tp_status & TP_STATUS_VLAN_VALID) != 0) out->vlan = data.tp_vlan_tci;
  } else if ((level == IPPROTO_IP && type == IP_RECVERR) || (level == IPPROTO_IPV6 && type == IPV6_RECVERR) ||
             (level == SOL_PACKET && type == PACKET_TX_TIMESTAMP)) {
    ReadError(header, out);
  }
}
}  // namespace

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
  // A pending ICMP error makes one call fail; the error itself waits in the error queue.
  if (count < 0 && errno != EAGAIN) count = recvmmsg(fd, messages_, free, flags | MSG_DONTWAIT, nullptr);
  return count < 0 ? 0 : count;
}

Address Batch::name(int index) const {
  Address out;
  out.length = messages_[index].msg_hdr.msg_namelen;
  if (out.length > 0) std::memcpy(&out.storage, &names_[index], sizeof out.storage);
  return out;
}

Control Batch::control(int index) {
  Control out;
  msghdr* message = &messages_[index].msg_hdr;
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr; header = CMSG_NXTHDR(message, header)) {
    ReadHeader(header, &out);
  }
  return out;
}
