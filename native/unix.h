#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "source.h"

/** A bound AF_UNIX datagram socket (PTP management, chrony's SOCK samples, a service manager in tests). */
class UnixSocket : public Source {
 public:
  /**
   * `path` may be abstract (`@name`). A socket file that nobody has open is replaced. `mode` is that of the file. Throws
   * std::system_error.
   */
  UnixSocket(const std::string& path, mode_t mode);
  int Fill(Arena arena) override;
  void Send(const std::string& path, const uint8_t* payload, size_t octets) const;
};

/** One datagram to `path`, from an unnamed socket. Throws std::system_error. */
void SendUnix(const std::string& path, const uint8_t* payload, size_t octets);

/** The longest path, in octets. */
size_t UnixPathLimit();
