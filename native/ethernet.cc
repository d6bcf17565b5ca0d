#include "ethernet.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "interface.h"

namespace {
constexpr int kHeaderOctets = 14;
constexpr int kTagOctets = 4;
constexpr int kIgnoreOutgoing = 23;  // PACKET_IGNORE_OUTGOING, Linux 4.20
constexpr uint16_t kVlanMask = 0x0fff;

uint16_t Word(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

Mac OwnAddress(int fd, const std::string& interface) {
  ifreq request{};
  std::memcpy(request.ifr_name, interface.data(), std::min(interface.size(), sizeof request.ifr_name - 1));
  Checked(ioctl(fd, SIOCGIFHWADDR, &request), "SIOCGIFHWADDR");
  if (!HasMac(request.ifr_hwaddr)) {
    throw std::system_error(EAFNOSUPPORT, std::generic_category(), "SIOCGIFHWADDR");
  }
  Mac out;
  std::memcpy(out.data(), request.ifr_hwaddr.sa_data, out.size());
  return out;
}
}  // namespace

EthernetSocket::EthernetSocket(const EthernetOptions& options)
    : StampedSocket(options.stamps), ether_type_(options.ether_type), groups_(options.groups) {
  // Protocol 0: the socket receives nothing until it is bound, which happens after the filter is attached.
  fd_ = Checked(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  index_ = static_cast<int>(if_nametoindex(options.interface.c_str()));
  if (index_ == 0) throw std::system_error(ENODEV, std::generic_category(), "if_nametoindex");
  own_ = OwnAddress(fd_, options.interface);
  BindToDevice(fd_, options.interface);
  StartStamps();
  Filter();
  SetOption(fd_, SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
  SetOption(fd_, SOL_PACKET, kIgnoreOutgoing, 1, "PACKET_IGNORE_OUTGOING");
  for (const Mac& group : groups_) Join(group);
  // All protocols: on a port of a bridge, only such a socket receives frames that are sent to a group.
  sockaddr_ll local{};
  local.sll_family = AF_PACKET;
  local.sll_protocol = htons(ETH_P_ALL);
  local.sll_ifindex = index_;
  Checked(bind(fd_, reinterpret_cast<const sockaddr*>(&local), sizeof local), "bind");
}

/** Passes frames of the EtherType, also behind a VLAN tag that the kernel left in the frame. */
void EthernetSocket::Filter() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ether_type_, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_8021Q, 0, 3),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 16),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ether_type_, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0x40000),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  const sock_fprog filter{sizeof program / sizeof program[0], program};
  Checked(setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), "SO_ATTACH_FILTER");
}

void EthernetSocket::Join(const Mac& group) {
  packet_mreq request{};
  request.mr_ifindex = index_;
  request.mr_type = PACKET_MR_MULTICAST;
  request.mr_alen = static_cast<unsigned short>(group.size());
  std::memcpy(request.mr_address, group.data(), group.size());
  Checked(setsockopt(fd_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request), "PACKET_ADD_MEMBERSHIP");
}

bool EthernetSocket::IsForUs(const Address& from, const Control& control, const uint8_t* frame) const {
  if (reinterpret_cast<const sockaddr_ll&>(from.storage).sll_pkttype == PACKET_OUTGOING) return false;
  if ((control.vlan & kVlanMask) != 0) return false;  // another network; VLAN 0 only carries a priority
  const auto is = [frame](const Mac& mac) { return std::memcmp(frame, mac.data(), mac.size()) == 0; };
  return is(own_) || std::any_of(groups_.begin(), groups_.end(), is);
}

int EthernetSocket::FillFromQueue(Arena arena, int used) {
  const int first_slot = used;
  const int count = batch().Receive(fd_, 0, arena, first_slot);
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  for (int i = 0; i < count; i++) {
    const uint8_t* frame = arena.payload(first_slot + i);
    const int length = batch().length(i);
    if (batch().truncated(i) || length < kHeaderOctets + kTagOctets) continue;
    Control control = batch().control(i);
    const bool tagged = Word(frame + 12) == ETH_P_8021Q;
    if (tagged) control.vlan |= Word(frame + 14);
    if (!IsForUs(batch().name(i), control, frame)) continue;
    const int header = tagged ? kHeaderOctets + kTagOctets : kHeaderOctets;
    Record& record = arena.record(used++);
    record = {};
    record.number = length - header;
    record.payload = arena.payload_offset(first_slot + i) + header;
    WriteReceived(control, now, &record);
    record.to_length = FormatMac(frame, record.to);
    record.from_length = FormatMac(frame + own_.size(), record.from);
  }
  return used - first_slot;
}

uint32_t EthernetSocket::Send(const uint8_t* payload, size_t octets, const Mac& to, Moment* before) {
  uint8_t header[kHeaderOctets];
  std::memcpy(header, to.data(), to.size());
  std::memcpy(header + to.size(), own_.data(), own_.size());
  header[12] = static_cast<uint8_t>(ether_type_ >> 8);
  header[13] = static_cast<uint8_t>(ether_type_);
  iovec vectors[] = {{header, sizeof header}, {const_cast<uint8_t*>(payload), octets}};
  sockaddr_ll target{};
  target.sll_family = AF_PACKET;
  target.sll_protocol = htons(ether_type_);
  target.sll_ifindex = index_;
  msghdr message{};
  message.msg_name = &target;
  message.msg_namelen = sizeof target;
  message.msg_iov = vectors;
  message.msg_iovlen = 2;
  return SendStamped(message, before);
}
