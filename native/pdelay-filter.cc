#include <linux/filter.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include "pdelay.h"

namespace {
constexpr uint32_t kUdpHeaderOctets = 8;
constexpr uint32_t kPdelayReq = 2;
constexpr uint32_t kAccept = 0x40000;

/** Filter instructions for the message. The instructions before must load the message's offset into X. */
void AppendMessage(const std::vector<uint8_t>& response, std::vector<sock_filter>* program) {
  const sock_filter check[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),  // majorSdoId and messageType
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (response[0] & 0xf0u) | kPdelayReq, 0, 5),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 4),  // domainNumber
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, response[4], 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 5),  // minorSdoId
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, response[5], 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kAccept),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  program->insert(program->end(), std::begin(check), std::end(check));
}

void Attach(int fd, std::vector<sock_filter>* program) {
  const sock_fprog filter{static_cast<unsigned short>(program->size()), program->data()};
  Checked(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), "SO_ATTACH_FILTER");
}
}  // namespace

void FilterPdelayOverEthernet(int fd, uint16_t ether_type, const std::vector<uint8_t>& response) {
  // The message starts after the EtherType, or after the EtherType of a VLAN tag that the kernel left in the frame.
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LDX | BPF_IMM, 14),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ether_type, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_8021Q, 0, 3),
      BPF_STMT(BPF_LDX | BPF_IMM, 18),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 16),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ether_type, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  AppendMessage(response, &program);
  Attach(fd, &program);
}

void FilterPdelayOverUdp(int fd, const std::vector<uint8_t>& response) {
  std::vector<sock_filter> program = {BPF_STMT(BPF_LDX | BPF_IMM, kUdpHeaderOctets)};
  AppendMessage(response, &program);
  Attach(fd, &program);
}
