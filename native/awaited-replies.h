#pragma once
#include <netinet/in.h>

#include <cstdint>
#include <vector>

#include "address.h"

/** A reply that asked for its transmit stamp. */
struct AwaitedReply {
  bool awaited = false;
  uint32_t number = 0;
  double ticket = 0;
  int64_t before = 0;  // CLOCK_REALTIME just before it was sent, ns
  Address client;
  Address local;  // the own address that was asked; length 0: the socket is bound to it
};

/**
 * The replies of one socket whose transmit stamps are awaited, by number. A stamp may never come: after 1 s, or when 1024 later
 * replies are awaited, a reply is given up.
 */
class AwaitedReplies {
 public:
  static constexpr uint32_t kCapacity = 1024;

  AwaitedReplies() : replies_(kCapacity) {}

  /** `number`: ascending. Returns the reply to fill. */
  AwaitedReply& Add(uint32_t number);
  /** Returns the reply with this number, which is no longer awaited; nullptr: it is not, or was sent after `stamp`. */
  const AwaitedReply* Take(uint32_t number, int64_t stamp);
  /** Gives up the replies that were sent 1 s or more before `now`, or after it because the clock was set back. */
  void Sweep(int64_t now);
  uint32_t count() const { return count_; }
  /** Returns the number of replies that were given up since the last call. */
  uint32_t TakeLost();

 private:
  void GiveUp(uint32_t number);

  std::vector<AwaitedReply> replies_;
  uint32_t oldest_ = 0;
  uint32_t next_ = 0;
  uint32_t count_ = 0;
  uint32_t lost_ = 0;
};
