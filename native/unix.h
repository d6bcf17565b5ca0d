#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "source.h"

/** A bound AF_UNIX datagram socket, for PTP management and for samples in chrony's SOCK format. */
class UnixSocket : public Source {
 public:
  /**
   * `path` may be abstract (`@name`). A socket file that no process has open is replaced. `mode` is the mode of the file.
   * Throws std::system_error.
   */
  UnixSocket(const std::string& path, mode_t mode);
  int Fill(Arena arena) override;
  void Send(const std::string& path, const uint8_t* payload, size_t octets) const;
};

/** Sends one datagram to `path` from an unnamed socket. Throws std::system_error. */
void SendUnix(const std::string& path, const uint8_t* payload, size_t octets);

/** Maximum length of a path, octets. */
size_t UnixPathLimit();
