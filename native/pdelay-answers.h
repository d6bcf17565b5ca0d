#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "arena.h"
#include "clocks.h"

/** A responder's message templates, and the corrections that move its stamps to the reference plane (IEEE 1588-2019 §7.3.4.2). */
struct PdelayOptions {
  /** Pdelay_Resp and Pdelay_Resp_Follow_Up, complete except for sequenceId, timestamp and requestingPortIdentity. */
  std::vector<uint8_t> response;
  std::vector<uint8_t> follow_up;
  int64_t ingress_ns = 0;
  int64_t egress_ns = 0;
  bool hardware = false;  // true: hardware stamps; false: kernel stamps
};

struct PdelayCounts {
  uint64_t requests = 0;
  uint64_t responses = 0;
  uint64_t follow_ups = 0;
  uint64_t unstamped = 0;  // requests and responses without a stamp
  uint64_t unsent = 0;
  uint64_t late = 0;        // complete answers that took longer than 10 ms
  int64_t latest_ns = 0;    // duration of the latest answer: from the arrival of the request to the sending of the Follow_Up
  int64_t longest_ns = 0;
};

/** Returns true when both messages of `options` are long enough to be filled in. */
bool IsPdelayPair(const PdelayOptions& options);

/**
 * Answers multicast Pdelay_Req in two steps (IEEE 1588-2019 §11.4.2) and ignores those with the flag unicastFlag. A request of
 * PTP 2.0 is answered in 2.0. One thread calls Take(); any thread may read the counts.
 */
class PdelayAnswers {
 public:
  /** Sends to the group and returns the datagram's number. Throws std::system_error. */
  using Send = std::function<uint32_t(const std::vector<uint8_t>& octets, Moment* before)>;

  /** `options` have passed `IsPdelayPair`. */
  PdelayAnswers(const PdelayOptions& options, Send event, Send general);

  /** Handles one record of the socket: a message, or the transmit stamp of a response. */
  void Take(const Record& record, const uint8_t* message);
  PdelayCounts counts() const;

 private:
  struct Pending {
    bool open = false;
    uint32_t number = 0;
    int64_t received = 0;  // CLOCK_MONOTONIC_RAW
    uint8_t version = 0;
    std::array<uint8_t, 8> correction{};
    std::array<uint8_t, 2> sequence{};
    std::array<uint8_t, 10> requesting{};
  };

  void Respond(const Record& record, const uint8_t* message);
  void Follow(const Record& record);
  bool IsRequest(const uint8_t* message, int32_t length) const;
  /** Fills in the message and sends it. Returns false when it could not be sent. */
  bool Answer(const Send& send, std::vector<uint8_t>* message, int64_t time, const Pending& pending, uint32_t* number,
              Moment* before);

  PdelayOptions options_;
  const uint8_t version_;
  Send event_;
  Send general_;
  std::array<Pending, 64> pending_;

  std::atomic<uint64_t> requests_{0};
  std::atomic<uint64_t> responses_{0};
  std::atomic<uint64_t> follow_ups_{0};
  std::atomic<uint64_t> unstamped_{0};
  std::atomic<uint64_t> unsent_{0};
  std::atomic<uint64_t> late_{0};
  std::atomic<int64_t> latest_ns_{0};
  std::atomic<int64_t> longest_ns_{0};
};
