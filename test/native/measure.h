// Measures a server process from outside: its threads, their CPU time and their core.
#ifndef TIMEHUB_TEST_MEASURE_H
#define TIMEHUB_TEST_MEASURE_H

#include <dirent.h>
#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

constexpr int64_t kSecond = 1'000'000'000;

inline int64_t Now(clockid_t clock = CLOCK_MONOTONIC) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

/** Calls `visit` with each thread of a process and of its child processes. */
template <typename Visit>
void EachThread(int pid, Visit visit) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  DIR* list = opendir(folder.c_str());
  if (list == nullptr) return;
  while (const dirent* entry = readdir(list)) {
    const int thread = std::atoi(entry->d_name);
    if (thread <= 0) continue;
    const std::string path = folder + "/" + entry->d_name;
    visit(thread, path);
    std::ifstream children(path + "/children");
    for (int child; children >> child;) EachThread(child, visit);
  }
  closedir(list);
}

/** Returns the CPU time of a process and of its child processes (schedstat(5)). */
inline int64_t CpuNs(int pid) {
  int64_t sum = 0;
  EachThread(pid, [&](int, const std::string& path) {
    int64_t ns = 0;
    if (std::ifstream(path + "/schedstat") >> ns) sum += ns;
  });
  return sum;
}

/** Gives a thread one core; 0: the calling thread. */
inline void Pin(int thread, int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(thread, sizeof set, &set);
}

/** Returns the value below which this share lies; -1 without values. */
inline double Quantile(std::vector<double>* values, double share) {
  if (values->empty()) return -1;
  const size_t at = std::min(values->size() - 1, static_cast<size_t>(share * values->size()));
  std::nth_element(values->begin(), values->begin() + at, values->end());
  return (*values)[at];
}

#endif
