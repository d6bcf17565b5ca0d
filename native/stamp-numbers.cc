#include "stamp-numbers.h"

#include <linux/net_tstamp.h>
#include <sys/socket.h>

#include "stamped.h"

namespace {
/** Without SOF_TIMESTAMPING_TX_SOFTWARE: a control message asks for the stamps of single datagrams. */
constexpr int kReports = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;
}  // namespace

StampNumbers::StampNumbers(int fd) : fd_(fd) { Restart(); }

void StampNumbers::Restart() {
  SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPING, kReports, "SO_TIMESTAMPING");
  SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPING, kReports | SOF_TIMESTAMPING_OPT_ID, "SO_TIMESTAMPING");
  first_ = next_;
}

uint32_t StampNumbers::Of(uint32_t counted) {
  const std::lock_guard guard(sending_);
  return first_ + counted;
}
