#pragma once
#include <cstdint>

// The memory of transmit stamps and of the datagrams that follow the replies: arrays with one element a stamp.
// src/api/stamp-batch.ts mirrors it.

constexpr int kStampSlots = 64;
/** Room of a follow-up. */
constexpr int kFollowUpOctets = 64;

struct StampMemory {
  double lost;  // replies whose stamp was given up, since the last call
  int32_t unused[14];
  double tickets[kStampSlots];
  int32_t clocks[kStampSlots];  // 0: CLOCK_REALTIME
  uint32_t sent_s[kStampSlots];
  uint32_t sent_ns[kStampSlots];
  int32_t ports[kStampSlots];  // of the client; the follow-up goes there, or to what the handler wrote
  int32_t from_next_port[kStampSlots];  // 1: the follow-up leaves from the next port
  int32_t follow_up_octets[kStampSlots];  // 0: none
  uint8_t follow_ups[kStampSlots][kFollowUpOctets];
};
static_assert(sizeof(StampMemory) == 64 + kStampSlots * (8 + 6 * 4 + kFollowUpOctets), "stamp-batch.ts");
