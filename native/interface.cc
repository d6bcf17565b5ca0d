#include "interface.h"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace {

/** An ioctl(2) request (SIOC*) that names an interface. Any socket carries it. */
class Query {
 public:
  explicit Query(const std::string& name) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
    std::memcpy(request_.ifr_name, name.data(), std::min(name.size(), sizeof request_.ifr_name - 1));
  }
  ~Query() { ::close(fd_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /** Returns 0 or the errno. */
  int Try(unsigned long command, void* data = nullptr) {
    if (data != nullptr) request_.ifr_data = static_cast<char*>(data);
    return ioctl(fd_, command, &request_) < 0 ? errno : 0;
  }
  const ifreq& Ask(unsigned long command, const char* name, void* data = nullptr) {
    const int error = Try(command, data);
    if (error != 0) throw std::system_error(error, std::generic_category(), name);
    return request_;
  }

 private:
  int fd_;
  ifreq request_{};
};

}  // namespace

bool HasMac(const sockaddr& hardware) {
  return hardware.sa_family == ARPHRD_ETHER || hardware.sa_family == ARPHRD_LOOPBACK;
}

Interface ReadInterface(const std::string& name) {
  Query query(name);
  Interface out;
  out.index = static_cast<uint32_t>(query.Ask(SIOCGIFINDEX, "SIOCGIFINDEX").ifr_ifindex);
  out.flags = static_cast<uint16_t>(query.Ask(SIOCGIFFLAGS, "SIOCGIFFLAGS").ifr_flags);
  const sockaddr& hardware = query.Ask(SIOCGIFHWADDR, "SIOCGIFHWADDR").ifr_hwaddr;
  if (HasMac(hardware)) {
    out.mac.emplace();
    std::memcpy(out.mac->data(), hardware.sa_data, out.mac->size());
  }
  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  if (query.Try(SIOCETHTOOL, &info) != 0) return out;
  out.stamps = info.so_timestamping;
  out.clock = info.phc_index;
  out.transmit_types = info.tx_types;
  out.receive_filters = info.rx_filters;
  return out;
}

StampConfig ReadStampConfig(const std::string& name) {
  hwtstamp_config config{};
  Query(name).Ask(SIOCGHWTSTAMP, "SIOCGHWTSTAMP", &config);
  return {config.tx_type, config.rx_filter};
}

StampConfig WriteStampConfig(const std::string& name, const StampConfig& wanted) {
  hwtstamp_config config{};
  config.tx_type = wanted.transmit_type;
  config.rx_filter = wanted.receive_filter;
  Query(name).Ask(SIOCSHWTSTAMP, "SIOCSHWTSTAMP", &config);
  return {config.tx_type, config.rx_filter};
}

LinkWatch::LinkWatch() {
  fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = RTMGRP_LINK;
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&local), sizeof local) < 0) {
    throw std::system_error(errno, std::generic_category(), "bind");
  }
}

int LinkWatch::Fill(Arena arena) {
  // The content of the messages is not used, so neither their length nor a lost message (ENOBUFS) matters.
  bool changed = false;
  uint8_t octet;
  while (recv(fd_, &octet, sizeof octet, 0) >= 0 || errno == ENOBUFS) changed = true;
  if (!changed) return 0;
  arena.record(0) = {};
  arena.record(0).kind = kLinkChange;
  return 1;
}
