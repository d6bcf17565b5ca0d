#pragma once
#include <cstdint>
#include <string>

#include "source.h"

/** A bound AF_UNIX datagram socket (chrony's SOCK samples, a service manager in tests). */
class UnixSocket : public Source {
 public:
  /** `path` may be abstract (`@name`). Throws std::system_error. */
  explicit UnixSocket(const std::string& path);
  int Fill(Arena arena) override;
};

/** One datagram to `path`, from an unnamed socket. Throws std::system_error. */
void SendUnix(const std::string& path, const uint8_t* payload, size_t octets);

/** The longest path, in octets. */
size_t UnixPathLimit();
