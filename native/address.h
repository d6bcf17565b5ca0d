#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
  bool operator==(const Address& other) const;
};

/** Parses `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`. Returns false when the text is no address. */
bool ParseAddress(const std::string& text, uint16_t port, Address* out);

/** Converts a v4 address to the v4-mapped v6 address that a dual-stack socket takes (RFC 4291 §2.5.5.2). */
Address Mapped(const Address& address);

/** Writes the address without port, v4-mapped as plain v4, and returns its length. `out` holds 64 characters. */
int32_t FormatAddress(const Address& address, char* out);
int32_t FormatAddress(const in_addr& address, char* out);
int32_t FormatAddress(const in6_addr& address, uint32_t scope, char* out);

uint16_t PortOf(const Address& address);
