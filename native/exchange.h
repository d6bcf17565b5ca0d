#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "clocks.h"
#include "leaving.h"
#include "reply-stamps.h"
#include "server-socket.h"

// The memory of one batch of requests and their replies: arrays with one element a slot. src/api/request-batch.ts mirrors it.

constexpr int kBatchSlots = 64;
/** Sockets of an exchange. */
constexpr size_t kMostSockets = 16;
/** Room of a request and of a reply: an odd number of cache lines, so that slots use all sets of the cache. */
constexpr int kBatchSlotOctets = 1600;

struct BatchMemory {
  double monotonic;  // CLOCK_MONOTONIC_RAW of the receive call, ns
  int32_t unused[14];
  double tickets[kBatchSlots];  // above 0: the transmit stamp of the reply is wanted
  int32_t request_octets[kBatchSlots];
  int32_t reply_octets[kBatchSlots];  // 0: no reply
  int32_t ports[kBatchSlots];
  int32_t clocks[kBatchSlots];  // 0: CLOCK_REALTIME
  uint32_t received_s[kBatchSlots];  // CLOCK_REALTIME at the arrival
  uint32_t received_ns[kBatchSlots];
  uint32_t departure_s[kBatchSlots];  // CLOCK_REALTIME at which the reply is expected to leave
  uint32_t departure_ns[kBatchSlots];
  uint8_t clients[kBatchSlots][16];  // IPv4 addresses as ::ffff:a.b.c.d
  uint8_t locals[kBatchSlots][16];   // the own address that was asked; zero when the socket is bound to one
  uint8_t requests[kBatchSlots][kBatchSlotOctets];
  uint8_t replies[kBatchSlots][kBatchSlotOctets];
};
static_assert(sizeof(BatchMemory) == 64 + kBatchSlots * (8 + 8 * 4 + 2 * 16 + 2 * kBatchSlotOctets), "request-batch.ts");

/**
 * Receives requests in batches and sends their replies, for one thread that does nothing else. Throws std::system_error when a
 * socket fails.
 */
class Exchange {
 public:
  using Sockets = std::vector<std::shared_ptr<ServerSocket>>;

  /**
   * `senders`: for each socket the one from which replies leave, of the same address. A full receive buffer leaves no room for
   * transmit stamps, so those of `sockets` themselves would be lost in a flood. `stamps`: of the senders, for replies with tickets;
   * nullptr: tickets are ignored.
   */
  Exchange(Sockets sockets, Sockets senders, std::unique_ptr<ReplyStamps> stamps);

  /** nullptr: none. */
  ReplyStamps* stamps() { return stamps_.get(); }

  /**
   * Waits for requests, or stamps that are awaited, kServerWaitMs at most, and reads the requests that are there. Returns their number. `coalesce_ns`: longest
   * pause before the call, in which more requests come, when their rate makes that worth it; 0: never.
   */
  int Receive(BatchMemory* batch, int64_t coalesce_ns);

  /** Writes when the replies of the slots `first` to `end` - 1 will leave, if they are sent next. */
  void Foresee(BatchMemory* batch, int first, int end);

  /** Sends the replies of the slots `first` to `end` - 1. Returns the number of those that could not be sent. */
  int Send(BatchMemory* batch, int first, int end);

  /** Writes the text of a slot's own address, 64 characters at most, and returns its length. */
  int32_t LocalText(int slot, char* out) const;
  int32_t ClientText(int slot, char* out) const;

 private:
  /** A stamp (three times, of which one is set), and an own IPv6 address. */
  static constexpr int kControlOctets = 128;

  bool Wait();
  int ReceiveFrom(const ServerSocket& socket, BatchMemory* batch, int flags);
  void Describe(int slot, const Moment& now, BatchMemory* batch);
  bool Pause(int64_t coalesce_ns);
  bool Asks(int index) const { return stamps_ != nullptr && tickets_[index] > 0; }
  int SendBatch(int count);
  void NoteSent(int first, int end, int64_t before);

  Sockets sockets_;
  Sockets senders_;
  std::unique_ptr<ReplyStamps> stamps_;
  size_t current_ = 0;

  mmsghdr received_[kBatchSlots];
  iovec receive_vectors_[kBatchSlots];
  sockaddr_storage names_[kBatchSlots];
  alignas(cmsghdr) uint8_t controls_[kBatchSlots][kControlOctets];
  Address locals_[kBatchSlots];

  mmsghdr replies_[kBatchSlots];
  iovec send_vectors_[kBatchSlots];
  alignas(cmsghdr) uint8_t send_controls_[kBatchSlots][kLeavingOctets];
  /** Slots and tickets of the replies. */
  int slots_[kBatchSlots];
  double tickets_[kBatchSlots];

  /** Mean time from `Foresee` to the system call, and of one datagram in it, ns. */
  struct Pace {
    double preparation_ns;
    double sending_ns;
  };
  /** The paces of a thread that is busy, and of one that has just waited: its code and data are no longer in the caches. */
  Pace warm_{1000, 2500};
  Pace cold_{4000, 8000};
  Pace* pace_ = &warm_;
  bool waited_ = true;
  int64_t foreseen_ = 0;

  /** Size of the last batch, and the mean interval of requests, ns. */
  int last_count_ = 0;
  double interval_ns_ = 1e9;
  int64_t last_receive_ = 0;
};
