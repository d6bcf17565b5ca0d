#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "address.h"
#include "stamp-numbers.h"
#include "stamped.h"

struct ServerSocketOptions {
  Address local;
  bool v6_only = false;
  /** Join the sockets of this process that are bound to the same address: the kernel spreads requests over them. */
  bool join = false;
  /** Share the port with sockets of other users that share it, too: SO_REUSEADDR. */
  bool share = false;
  /** Sends only: what comes is dropped. */
  bool deaf = false;
  /** Replies may ask for transmit stamps. */
  bool transmit_stamps = false;
  std::string interface;  // empty: any
  int dscp = 0;
  int receive_buffer = kReceiveBufferOctets;
};

/**
 * A UDP socket of a server, for threads that answer requests in batches (exchange.h). It blocks, for kServerWaitMs at most, has
 * receive stamps of the kernel, and transmit stamps in its error queue if they were asked for. Threads may share it. Throws std::system_error.
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
  /** nullptr: it has no transmit stamps. */
  StampNumbers* numbers() const { return numbers_.get(); }
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
  void DropAll() const;
  void Share(int family) const;

  int fd_ = -1;
  bool wildcard_ = false;
  std::unique_ptr<StampNumbers> numbers_;
};

/** Time after which a receive call without a request returns, ms. */
constexpr int kServerWaitMs = 200;
