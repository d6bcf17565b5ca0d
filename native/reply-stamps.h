#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "awaited-replies.h"
#include "server-socket.h"
#include "stamp-memory.h"

/**
 * The transmit stamps of the replies of one exchange, and the datagrams that follow the replies. For one thread. Throws
 * std::system_error when a socket fails.
 */
class ReplyStamps {
 public:
  /** `next_ports`: for each socket the one at the next port, from which follow-ups may leave; or none at all. */
  ReplyStamps(std::vector<std::shared_ptr<ServerSocket>> sockets,
              std::vector<std::shared_ptr<ServerSocket>> next_ports);

  /** Returns the reply to fill, which left `socket` as datagram `number`. */
  AwaitedReply& Await(size_t socket, uint32_t number) { return awaited_[socket].Add(number); }
  bool awaits() const;
  /** The error queue of a socket is not empty. */
  void Note(size_t socket) { noted_[socket] = true; }

  /** Reads stamps that have come, as many as there are slots at most. Returns their number, and how many were given up. */
  int Read(StampMemory* out);
  /** Sends the follow-ups of the first `count` slots. Returns the number of those that could not be sent. */
  int SendFollowUps(const StampMemory& memory, int count);

 private:
  static constexpr int kControlOctets = 160;

  int ReadFrom(size_t socket, StampMemory* out, int used);
  bool Take(size_t socket, const msghdr& message, int slot, StampMemory* out);
  int SendFrom(const ServerSocket& socket, size_t index, bool next_port, const StampMemory& memory, int count);

  std::vector<std::shared_ptr<ServerSocket>> sockets_;
  std::vector<std::shared_ptr<ServerSocket>> next_ports_;
  std::vector<AwaitedReplies> awaited_;
  std::vector<bool> noted_;

  /** The replies of the slots, and the sockets from which they left. */
  AwaitedReply replies_[kStampSlots];
  size_t origins_[kStampSlots] = {};

  mmsghdr received_[kStampSlots];
  alignas(cmsghdr) uint8_t controls_[kStampSlots][kControlOctets];
  mmsghdr follow_ups_[kStampSlots];
  iovec vectors_[kStampSlots];
  alignas(cmsghdr) uint8_t send_controls_[kStampSlots][64];
};
