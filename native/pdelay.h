#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "pdelay-answers.h"
#include "stamped.h"

/**
 * The responder of the peer delay mechanism on its own thread, so that its answers are sent in time (IEEE 802.1AS-2020 §B.2.3:
 * 10 ms) while the event loop is busy.
 */
class PdelayResponder {
 public:
  using Send = PdelayAnswers::Send;

  /** `socket` has transmit stamps enabled and its filter attached. Throws std::system_error. */
  PdelayResponder(const PdelayOptions& options, std::unique_ptr<StampedSocket> socket, Send event, Send general);
  ~PdelayResponder();
  PdelayResponder(const PdelayResponder&) = delete;
  PdelayResponder& operator=(const PdelayResponder&) = delete;

  PdelayCounts counts() const { return answers_.counts(); }
  /** Returns true when the thread has real-time priority (SCHED_FIFO). */
  bool real_time() const { return real_time_; }

 private:
  void Run();
  void RaisePriority();

  PdelayAnswers answers_;
  std::unique_ptr<StampedSocket> socket_;
  std::unique_ptr<uint8_t[]> memory_;
  std::atomic<bool> real_time_{false};
  int stop_ = -1;
  std::thread thread_;
};

/** Attaches a filter that passes only Pdelay_Req of the sdoId and domain of `response`. Throws std::system_error. */
void FilterPdelayOverEthernet(int fd, uint16_t ether_type, const std::vector<uint8_t>& response);
void FilterPdelayOverUdp(int fd, const std::vector<uint8_t>& response);
