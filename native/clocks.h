#pragma once
#include <cstdint>
#include <ctime>

/** The same moment on the clocks that matter, ns. */
struct Moment {
  int64_t realtime;
  int64_t raw;  // CLOCK_MONOTONIC_RAW
  int64_t monotonic;

  /** CLOCK_MONOTONIC_RAW at an earlier reading of CLOCK_REALTIME. */
  int64_t RawAt(int64_t earlier) const { return earlier < realtime ? raw - (realtime - earlier) : raw; }
};

int64_t ReadClock(clockid_t clock);

/** CLOCK_REALTIME between two readings of CLOCK_MONOTONIC_RAW: the tightest of a few, so that preemption does not show. */
Moment ReadMoment();

/** CLOCK_BOOTTIME - CLOCK_MONOTONIC, ns: how long the machine has slept since it was started. */
int64_t ReadSlept();
