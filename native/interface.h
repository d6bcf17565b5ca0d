#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "mac.h"
#include "source.h"

/** What the kernel knows of a network interface. Masks are those of ETHTOOL_GET_TS_INFO (linux/ethtool.h). */
struct Interface {
  uint32_t index = 0;
  uint32_t flags = 0;      // IFF_*
  std::optional<Mac> mac;  // none: no Ethernet
  uint32_t stamps = 0;     // SOF_TIMESTAMPING_*
  int32_t clock = -1;      // N of /dev/ptpN, -1: none
  uint32_t transmit_types = 0;
  uint32_t receive_filters = 0;
};

/** True for the addresses of Ethernet, and of the loopback, which takes such frames too. */
bool HasMac(const sockaddr& hardware);

/** Throws std::system_error; ENODEV when there is none of that name. */
Interface ReadInterface(const std::string& name);

/** struct hwtstamp_config: what an interface stamps, for everybody on the machine. */
struct StampConfig {
  int32_t transmit_type;   // HWTSTAMP_TX_*
  int32_t receive_filter;  // HWTSTAMP_FILTER_*
};
StampConfig ReadStampConfig(const std::string& name);
/** Returns what the driver made of it. */
StampConfig WriteStampConfig(const std::string& name, const StampConfig& config);

/** Yields a record whenever some interface has changed (rtnetlink(7)): what it is now is for the reader to ask. */
class LinkWatch : public Source {
 public:
  LinkWatch();
  int Fill(Arena arena) override;
};
