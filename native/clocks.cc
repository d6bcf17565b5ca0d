#include "clocks.h"

#include <limits>

namespace {
constexpr int kTries = 4;
constexpr int64_t kTightNs = 400;  // an undisturbed bracket is 60 to 150 ns wide
}  // namespace

int64_t ReadClock(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Moment ReadMoment() {
  Moment best{};
  int64_t narrowest = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < kTries && narrowest > kTightNs; i++) {
    const int64_t before = ReadClock(CLOCK_MONOTONIC_RAW);
    const int64_t realtime = ReadClock(CLOCK_REALTIME);
    const int64_t monotonic = ReadClock(CLOCK_MONOTONIC);
    const int64_t after = ReadClock(CLOCK_MONOTONIC_RAW);
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {realtime, before + narrowest / 2, monotonic};
  }
  return best;
}

int64_t ReadSlept() {
  int64_t slept = 0;
  int64_t narrowest = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < kTries && narrowest > kTightNs; i++) {
    const int64_t before = ReadClock(CLOCK_MONOTONIC);
    const int64_t boottime = ReadClock(CLOCK_BOOTTIME);
    const int64_t width = ReadClock(CLOCK_MONOTONIC) - before;
    if (width >= narrowest) continue;
    narrowest = width;
    slept = boottime - before - width / 2;
  }
  return slept;
}
