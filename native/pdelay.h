#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "pdelay-answers.h"
#include "stamped.h"

/**
 * The answering side of the peer delay mechanism on a thread of its own, so that its answers come in time (IEEE 802.1AS-2020
 * §B.2.3: 10 ms) whatever the event loop is doing.
 */
class PdelayResponder {
 public:
  using Send = PdelayAnswers::Send;

  /** `socket` stamps what it sends and has its filter. Throws std::system_error. */
  PdelayResponder(const PdelayOptions& options, std::unique_ptr<StampedSocket> socket, Send event, Send general);
  ~PdelayResponder();
  PdelayResponder(const PdelayResponder&) = delete;
  PdelayResponder& operator=(const PdelayResponder&) = delete;

  PdelayCounts counts() const { return answers_.counts(); }
  /** The thread goes before all others of ordinary priority. */
  bool real_time() const { return real_time_; }

 private:
  void Run();
  void GoFirst();

  PdelayAnswers answers_;
  std::unique_ptr<StampedSocket> socket_;
  std::unique_ptr<uint8_t[]> memory_;
  std::atomic<bool> real_time_{false};
  int stop_ = -1;
  std::thread thread_;
};

/** Lets Pdelay_Req of the sdoId and domain of `response` pass, and nothing else. Throws std::system_error. */
void FilterPdelayOverEthernet(int fd, uint16_t ether_type, const std::vector<uint8_t>& response);
void FilterPdelayOverUdp(int fd, const std::vector<uint8_t>& response);
