#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "address.h"
#include "stamped.h"

struct UdpOptions {
  Address local;
  bool v6_only = false;
  bool reuse = false;
  std::optional<Address> peer;
  std::string interface;  // empty: any
  std::vector<Address> groups;
  int multicast_ttl = 1;
  int dscp = 0;
  int receive_buffer = kReceiveBufferOctets;
  StampOptions stamps;
};

/** A UDP socket with stamps. Methods throw std::system_error whose text names the system call. */
class UdpSocket : public StampedSocket {
 public:
  explicit UdpSocket(const UdpOptions& options);

  uint32_t Send(const uint8_t* payload, size_t octets, const std::optional<Address>& to,
                const std::optional<Address>& from, Moment* before);

  Address Local() const;

 private:
  void Configure(const UdpOptions& options);
  void ConfigureInterface(const UdpOptions& options);
  int FillFromQueue(Arena arena, int used) override;

  int family_ = 0;
  std::optional<Address> peer_;
};
