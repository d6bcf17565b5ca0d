#include "pdelay.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>

namespace {
constexpr int kPriority = 1;
/** Pause, ms, when poll(2) reported input and there was none. */
constexpr int kPauseMs = 1;
/** The thread may use 1/kShare of a processor: a flood of requests gets no more. */
constexpr int64_t kShare = 10;
/** CPU time that an idle thread saves up, ns: enough for a hundred requests at once. */
constexpr int64_t kSavingsNs = 5'000'000;

/** Limits the CPU time of a thread with real-time priority. */
class CpuBudget {
 public:
  /** Returns the pause until the thread may run again, ms; 0: none. */
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
  // Block all signals in the new thread: Node's main thread handles them.
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

/** Gives the thread real-time priority if the process has the privilege. The thread mostly sleeps and its work is short. */
void PdelayResponder::RaisePriority() {
  pthread_setname_np(pthread_self(), "pdelay");
  sched_param parameters{};
  parameters.sched_priority = kPriority;
  real_time_ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

void PdelayResponder::Run() {
  RaisePriority();
  const Arena arena{memory_.get()};
  CpuBudget budget;
  pollfd waits[] = {{socket_->fd(), POLLIN | POLLPRI, 0}, {stop_, POLLIN, 0}};
  for (;;) {
    poll(waits, 2, -1);
    if (waits[1].revents != 0) return;
    const int count = socket_->Fill(arena);
    for (int i = 0; i < count; i++) {
      const Record& record = arena.record(i);
      answers_.Take(record, arena.base + record.payload);
    }
    const int rest_ms = std::max(budget.Rest(), count == 0 ? kPauseMs : 0);
    if (rest_ms > 0) poll(&waits[1], 1, rest_ms);
  }
}
