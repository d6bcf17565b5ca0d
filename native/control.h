#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>

/** The content of the control messages of a datagram. */
struct Control {
  int64_t software = 0;  // CLOCK_REALTIME ns, 0: none
  int64_t hardware = 0;  // ns of the hardware clock, 0: none
  std::optional<in_addr> to4;
  std::optional<in6_addr> to6;
  uint32_t to6_interface = 0;
  bool to_many = false;  // sent to a multicast or broadcast address; `to4` and `to6` are the local address to reply from
  uint16_t vlan = 0;  // the tag that the kernel removed from the frame (IEEE 802.1Q §9.6)
  // From the error queue (struct sock_extended_err).
  uint8_t origin = 0;
  uint32_t error = 0;
  uint32_t info = 0;
  uint32_t data = 0;
};

/**
 * Reads the control messages of a received datagram (cmsg(3)). Ignores a message that is shorter than its type or longer than
 * the rest of the buffer.
 */
Control ReadControl(const msghdr& message);
