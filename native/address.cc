#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <cstdlib>
#include <cstring>

namespace {
constexpr int kTextOctets = 64;

const sockaddr_in& V4(const Address& address) { return reinterpret_cast<const sockaddr_in&>(address.storage); }
const sockaddr_in6& V6(const Address& address) { return reinterpret_cast<const sockaddr_in6&>(address.storage); }

Address MakeV6(const in6_addr& host, uint16_t port_be, uint32_t scope) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = port_be;
  v6.sin6_addr = host;
  v6.sin6_scope_id = scope;
  Address out;
  std::memcpy(&out.storage, &v6, sizeof v6);
  out.length = sizeof v6;
  return out;
}

/** Returns the index of the interface after the percent sign, given by name or number; 0 when no such interface exists. */
uint32_t ScopeOf(const std::string& zone) {
  const uint32_t index = if_nametoindex(zone.c_str());
  return index != 0 ? index : static_cast<uint32_t>(std::strtoul(zone.c_str(), nullptr, 10));
}
}  // namespace

bool Address::operator==(const Address& other) const {
  if (family() != other.family()) return false;
  if (family() == AF_INET) {
    return V4(*this).sin_port == V4(other).sin_port && V4(*this).sin_addr.s_addr == V4(other).sin_addr.s_addr;
  }
  return V6(*this).sin6_port == V6(other).sin6_port &&
         std::memcmp(&V6(*this).sin6_addr, &V6(other).sin6_addr, sizeof(in6_addr)) == 0;
}

bool ParseAddress(const std::string& text, uint16_t port, Address* out) {
  sockaddr_in v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    *out = Address();
    std::memcpy(&out->storage, &v4, sizeof v4);
    out->length = sizeof v4;
    return true;
  }
  const size_t percent = text.find('%');
  in6_addr host;
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &host) != 1) return false;
  const uint32_t scope = percent == std::string::npos ? 0 : ScopeOf(text.substr(percent + 1));
  if (percent != std::string::npos && scope == 0) return false;
  *out = MakeV6(host, htons(port), scope);
  return true;
}

Address Mapped(const Address& address) {
  if (address.family() != AF_INET) return address;
  in6_addr host{};
  host.s6_addr[10] = host.s6_addr[11] = 0xff;
  std::memcpy(&host.s6_addr[12], &V4(address).sin_addr, 4);
  return MakeV6(host, V4(address).sin_port, 0);
}

int32_t FormatAddress(const Address& address, char* out) {
  if (address.family() == AF_INET) return FormatAddress(V4(address).sin_addr, out);
  if (address.family() == AF_INET6) return FormatAddress(V6(address).sin6_addr, V6(address).sin6_scope_id, out);
  return 0;
}

/** As inet_ntop(3), which takes 0.15 us because it calls printf. */
int32_t FormatAddress(const in_addr& address, char* out) {
  const auto* octets = reinterpret_cast<const uint8_t*>(&address.s_addr);
  char* end = out;
  for (int i = 0; i < 4; i++) {
    const int octet = octets[i];
    if (i > 0) *end++ = '.';
    if (octet >= 100) *end++ = static_cast<char>('0' + octet / 100);
    if (octet >= 10) *end++ = static_cast<char>('0' + octet / 10 % 10);
    *end++ = static_cast<char>('0' + octet % 10);
  }
  *end = 0;
  return static_cast<int32_t>(end - out);
}

int32_t FormatAddress(const in6_addr& address, uint32_t scope, char* out) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr v4;
    std::memcpy(&v4, &address.s6_addr[12], sizeof v4);
    return FormatAddress(v4, out);
  }
  if (inet_ntop(AF_INET6, &address, out, kTextOctets) == nullptr) return 0;
  size_t length = std::strlen(out);
  if (scope != 0 && IN6_IS_ADDR_LINKLOCAL(&address)) {
    out[length++] = '%';  // fits: 45 characters of address, 1, and at most 15 of the interface name
    if (if_indextoname(scope, out + length) == nullptr) length--;
    else length += std::strlen(out + length);
  }
  return static_cast<int32_t>(length);
}

uint16_t PortOf(const Address& address) {
  if (address.family() == AF_INET) return ntohs(V4(address).sin_port);
  if (address.family() == AF_INET6) return ntohs(V6(address).sin6_port);
  return 0;
}
