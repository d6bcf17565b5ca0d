#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "mac.h"
#include "source.h"

/** The kernel's data of a network interface. Masks are those of ETHTOOL_GET_TS_INFO (linux/ethtool.h). */
struct Interface {
  uint32_t index = 0;
  uint32_t flags = 0;      // IFF_*
  std::optional<Mac> mac;  // none: not an Ethernet interface
  uint32_t stamps = 0;     // SOF_TIMESTAMPING_*
  int32_t clock = -1;      // N of /dev/ptpN, -1: none
  uint32_t transmit_types = 0;
  uint32_t receive_filters = 0;
};

/** Returns true for the address types of Ethernet and of the loopback, which carries Ethernet frames too. */
bool HasMac(const sockaddr& hardware);

/** Throws std::system_error; ENODEV when no interface has that name. */
Interface ReadInterface(const std::string& name);

/** struct hwtstamp_config: the packets that an interface stamps, for all programs of the machine. */
struct StampConfig {
  int32_t transmit_type;   // HWTSTAMP_TX_*
  int32_t receive_filter;  // HWTSTAMP_FILTER_*
};
StampConfig ReadStampConfig(const std::string& name);
/** Returns the configuration that the driver chose: it may be wider than the one asked for. */
StampConfig WriteStampConfig(const std::string& name, const StampConfig& config);

/** Yields an empty record whenever an interface has changed (rtnetlink(7)). The reader then queries the interface. */
class LinkWatch : public Source {
 public:
  LinkWatch();
  int Fill(Arena arena) override;
};
