#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "address.h"
#include "stamped.h"

struct ServerSocketOptions {
  Address local;
  bool v6_only = false;
  /** Join the sockets of this process that are bound to the same address: the kernel spreads requests over them. */
  bool join = false;
  int dscp = 0;
  int receive_buffer = kReceiveBufferOctets;
};

/**
 * A UDP socket of a server, for threads that answer requests in batches (exchange.h). It blocks, for kServerWaitMs at most, has
 * receive stamps of the kernel and no error queue. Threads may share it. Throws std::system_error.
 *
 * The first socket of an address is bound alone, so a port that another program or another hub uses is refused. It takes
 * others into its SO_REUSEPORT group afterwards.
 */
class ServerSocket {
 public:
  explicit ServerSocket(const ServerSocketOptions& options);
  ~ServerSocket();
  ServerSocket(const ServerSocket&) = delete;
  ServerSocket& operator=(const ServerSocket&) = delete;

  int fd() const { return fd_; }
  /** True when requests to several own addresses come in, so that each reply must name the one to leave from. */
  bool is_wildcard() const { return wildcard_; }
  Address Local() const;

  /**
   * Lets the kernel choose among the `count` sockets of this socket's group by the client's address, an IPv6 one by its /64: a
   * client always meets the same thread.
   */
  void SteerByClient(int count) const;

 private:
  void Configure(const ServerSocketOptions& options);

  int fd_ = -1;
  bool wildcard_ = false;
};

/** Time after which a receive call without a request returns, ms. */
constexpr int kServerWaitMs = 200;
