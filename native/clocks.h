#pragma once
#include <cstdint>
#include <ctime>

/** One moment on three clocks, ns. */
struct Moment {
  int64_t realtime;
  int64_t raw;  // CLOCK_MONOTONIC_RAW
  int64_t monotonic;

  /** CLOCK_MONOTONIC_RAW at an earlier reading of CLOCK_REALTIME. */
  int64_t RawAt(int64_t earlier) const { return earlier < realtime ? raw - (realtime - earlier) : raw; }
};

int64_t ReadClock(clockid_t clock);

/** Reads CLOCK_REALTIME between two readings of CLOCK_MONOTONIC_RAW: the tightest of a few brackets, to exclude preemption. */
Moment ReadMoment();

/** CLOCK_BOOTTIME - CLOCK_MONOTONIC, ns: the time that the machine has spent suspended since it was started. */
int64_t ReadSlept();
