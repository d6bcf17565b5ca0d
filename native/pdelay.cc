#include "pdelay.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>

namespace {
constexpr int kPriority = 1;
/** Nothing to read although something was reported. */
constexpr int kPauseMs = 1;
/** A flood has a tenth of a processor, */
constexpr int64_t kShare = 10;
/** and what is saved up of it: a hundred questions that come at once. */
constexpr int64_t kSavingsNs = 5'000'000;

/** What a thread that goes before all others may spend. */
class Allowance {
 public:
  /** For how long to rest, ms. */
  int Rest() {
    const int64_t now = ReadClock(CLOCK_MONOTONIC);
    const int64_t used = ReadClock(CLOCK_THREAD_CPUTIME_ID);
    saved_ = std::min(kSavingsNs, saved_ + (now - at_) / kShare) - (used - used_);
    at_ = now;
    used_ = used;
    return saved_ >= 0 ? 0 : static_cast<int>(-saved_ * kShare / 1'000'000) + 1;
  }

 private:
  int64_t at_ = ReadClock(CLOCK_MONOTONIC);
  int64_t used_ = ReadClock(CLOCK_THREAD_CPUTIME_ID);
  int64_t saved_ = kSavingsNs;
};
}  // namespace

PdelayResponder::PdelayResponder(const PdelayOptions& options, std::unique_ptr<StampedSocket> socket, Send event,
                                 Send general)
    : answers_(options, std::move(event), std::move(general)),
      socket_(std::move(socket)),
      memory_(new uint8_t[kArenaOctets]()),
      stop_(Checked(eventfd(0, EFD_CLOEXEC), "eventfd")) {
  // Signals are for the threads that know of them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(stop_);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

PdelayResponder::~PdelayResponder() {
  eventfd_write(stop_, 1);
  thread_.join();
  ::close(stop_);
}

/** It sleeps nearly always, and what it does is short: it may go before everything else. Without the privilege it does not. */
void PdelayResponder::GoFirst() {
  pthread_setname_np(pthread_self(), "pdelay");
  sched_param parameters{};
  parameters.sched_priority = kPriority;
  real_time_ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

void PdelayResponder::Run() {
  GoFirst();
  const Arena arena{memory_.get()};
  Allowance allowance;
  pollfd waits[] = {{socket_->fd(), POLLIN | POLLPRI, 0}, {stop_, POLLIN, 0}};
  for (;;) {
    poll(waits, 2, -1);
    if (waits[1].revents != 0) return;
    const int count = socket_->Fill(arena);
    for (int i = 0; i < count; i++) {
      const Record& record = arena.record(i);
      answers_.Take(record, arena.base + record.payload);
    }
    const int rest_ms = std::max(allowance.Rest(), count == 0 ? kPauseMs : 0);
    if (rest_ms > 0) poll(&waits[1], 1, rest_ms);
  }
}
