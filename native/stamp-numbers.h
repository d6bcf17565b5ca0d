#pragma once
#include <cstdint>
#include <mutex>

/**
 * Numbers of the datagrams of a server socket that ask for a transmit stamp, each with a control message of its own. Threads that
 * share the socket share the numbers, because the kernel counts the datagrams of all. Throws std::system_error.
 */
class StampNumbers {
 public:
  /** Enables receive stamps of the kernel and the reporting of transmit stamps. */
  explicit StampNumbers(int fd);

  /** To be held while datagrams that ask for stamps are sent. */
  std::mutex& sending() { return sending_; }
  /** Returns the number of the datagram that was sent. */
  uint32_t Take() { return next_++; }
  /** Makes the kernel count from zero, after a datagram that could not be sent: it may or may not have counted it. */
  void Restart();
  /** Returns the number of a datagram by the kernel's count (sock_extended_err: ee_data). */
  uint32_t Of(uint32_t counted);

 private:
  std::mutex sending_;
  int fd_;
  uint32_t next_ = 0;
  uint32_t first_ = 0;  // number of the datagram that the kernel counts as 0
};
