#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "mac.h"
#include "stamped.h"

struct EthernetOptions {
  std::string interface;
  uint16_t ether_type = 0;
  std::vector<Mac> groups;
  StampOptions stamps;
};

/**
 * A socket for frames of one EtherType on one interface, untagged or priority-tagged, sent to the interface or to a group that
 * it joined. Methods throw std::system_error whose text names the system call.
 */
class EthernetSocket : public StampedSocket {
 public:
  explicit EthernetSocket(const EthernetOptions& options);

  uint32_t Send(const uint8_t* payload, size_t octets, const Mac& to, Moment* before);

 private:
  void Filter();
  void Join(const Mac& group);
  int FillFromQueue(Arena arena, int used) override;
  bool IsForUs(const Address& from, const Control& control, const uint8_t* frame) const;

  int index_ = 0;
  uint16_t ether_type_;
  Mac own_{};
  std::vector<Mac> groups_;
};
