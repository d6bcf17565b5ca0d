// Load generator for NTP servers on this machine: requests of many client addresses (127.1.0.0 and up), in an open loop, and a
// check of every reply. Prints one line of JSON (test/ntp-load.ts, which compiles it).
//
//   ntp-generator ADDRESS PORT SERVER_PID RATE SECONDS CLIENTS [SERVER_CPU OWN_CPU]
//
// RATE: requests a second; 0: as many as possible, in bursts of 16 that the kernel splits (UDP GSO), so that the generator is
// faster than the server. The CPU time of the server's threads is that of schedstat(5) in the measured seconds. With SERVER_CPU
// and OWN_CPU, server and generator have a core each.
//
// On loopback the kernel stamps a reply in the same call in which the server sends it, so the receive stamp here minus the
// transmit timestamp in the reply is the error of that timestamp.

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace {
constexpr int kBurst = 16;
constexpr int kBatch = 64;
constexpr int kOctets = 48;
constexpr double kWarmUpS = 0.3;
constexpr double kDrainS = 0.2;
constexpr int64_t kSecond = 1'000'000'000;
constexpr uint32_t kFirstClient = 0x7f010000;  // 127.1.0.0
constexpr uint64_t kNtpEpoch = 2'208'988'800;
/** Most requests under way without a bound by the rate: a server that is slower drops the rest. */
constexpr uint64_t kMostPerSecond = 700'000;

int64_t Now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

/** Calls `visit` with each thread of a process. */
template <typename Visit>
void EachThread(int pid, Visit visit) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  DIR* list = opendir(folder.c_str());
  if (list == nullptr) return;
  while (const dirent* entry = readdir(list)) {
    const int thread = std::atoi(entry->d_name);
    if (thread > 0) visit(thread, folder + "/" + entry->d_name);
  }
  closedir(list);
}

int64_t CpuNs(int pid) {
  int64_t sum = 0;
  EachThread(pid, [&](int, const std::string& path) {
    FILE* file = std::fopen((path + "/schedstat").c_str(), "r");
    long long ns = 0;
    if (file != nullptr && std::fscanf(file, "%lld", &ns) == 1) sum += ns;
    if (file != nullptr) std::fclose(file);
  });
  return sum;
}

void Pin(int thread, int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(thread, sizeof set, &set);
}

uint32_t Check(uint32_t index) {
  uint32_t x = index * 0x9E3779B1u + 0x7f4a7c15u;
  x ^= x >> 15;
  return x * 0x85ebca6bu;
}

void Put32(uint8_t* out, uint32_t word) {
  const uint32_t big = htonl(word);
  std::memcpy(out, &big, 4);
}

uint32_t Get32(const uint8_t* in) {
  uint32_t big;
  std::memcpy(&big, in, 4);
  return ntohl(big);
}

/** Returns how often a second this core does other things for more than 10 us, in the next tenth of a second. */
double Interruptions() {
  constexpr int64_t kSpan = kSecond / 10;
  const int64_t start = Now(CLOCK_MONOTONIC);
  int count = 0;
  for (int64_t last = start; last - start < kSpan;) {
    const int64_t now = Now(CLOCK_MONOTONIC);
    if (now - last > 10'000) count++;
    last = now;
  }
  return count * (static_cast<double>(kSecond) / kSpan);
}

double Quantile(std::vector<double>* values, double share) {
  if (values->empty()) return -1;
  const size_t at = std::min(values->size() - 1, static_cast<size_t>(share * values->size()));
  std::nth_element(values->begin(), values->begin() + at, values->end());
  return (*values)[at];
}

class Generator {
 public:
  Generator(const char* address, int port, int clients, size_t most) : clients_(clients), answered_(most), sent_at_(most) {
    fd_ = socket(AF_INET, SOCK_DGRAM, 0);
    const int buffer = 8 << 20;
    if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    }
    const int on = 1;
    setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    server_.sin_family = AF_INET;
    server_.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, address, &server_.sin_addr);
  }

  uint64_t sent = 0, replies = 0, wrong = 0, repeated = 0;
  std::vector<double> latencies, departures;

  /** Sends `count` requests of one client. */
  void Send(int count) {
    uint8_t octets[kBurst * kOctets] = {};
    const int64_t now = Now(CLOCK_REALTIME);
    for (int i = 0; i < count; i++) {
      uint8_t* packet = octets + i * kOctets;
      packet[0] = 0x23;
      Put32(packet + 40, next_);
      Put32(packet + 44, Check(next_));
      if (next_ < sent_at_.size()) sent_at_[next_] = now;
      next_++;
    }
    iovec vector{octets, static_cast<size_t>(count) * kOctets};
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))] = {};
    msghdr message{};
    message.msg_name = &server_;
    message.msg_namelen = sizeof server_;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = count > 1 ? sizeof control : CMSG_SPACE(sizeof(in_pktinfo));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(kFirstClient + 1 + client_);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    client_ = (client_ + 1) % clients_;
    if (count > 1) {
      header = CMSG_NXTHDR(&message, header);
      header->cmsg_level = SOL_UDP;
      header->cmsg_type = UDP_SEGMENT;
      header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      const uint16_t segment = kOctets;
      std::memcpy(CMSG_DATA(header), &segment, sizeof segment);
    }
    if (sendmsg(fd_, &message, MSG_DONTWAIT) >= 0) sent += count;
  }

  /** Reads the replies that are there. Returns their number. `measure`: note their times. */
  int Receive(bool measure) {
    static uint8_t octets[kBatch][128];
    alignas(cmsghdr) static uint8_t controls[kBatch][64];
    static mmsghdr messages[kBatch];
    static iovec vectors[kBatch];
    for (int i = 0; i < kBatch; i++) {
      vectors[i] = {octets[i], sizeof octets[i]};
      messages[i].msg_hdr = {};
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_control = controls[i];
      messages[i].msg_hdr.msg_controllen = sizeof controls[i];
    }
    const int count = recvmmsg(fd_, messages, kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; i++) Judge(octets[i], messages[i].msg_len, &messages[i].msg_hdr, measure);
    return std::max(count, 0);
  }

 private:
  void Judge(const uint8_t* reply, unsigned octets, msghdr* message, bool measure) {
    const uint32_t index = Get32(reply + 24);
    const bool fits = octets == kOctets && (reply[0] & 7) == 4 && Get32(reply + 28) == Check(index);
    if (!fits || index >= next_ || index >= answered_.size()) {
      wrong++;
      return;
    }
    if (answered_[index] != 0) {
      repeated++;
      return;
    }
    answered_[index] = 1;
    replies++;
    if (!measure) return;
    timespec stamp{};
    const cmsghdr* header = CMSG_FIRSTHDR(message);
    if (header == nullptr) return;
    std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
    const int64_t arrival = stamp.tv_sec * kSecond + stamp.tv_nsec;
    latencies.push_back(static_cast<double>(arrival - sent_at_[index]));
    const int64_t seconds = static_cast<int64_t>(Get32(reply + 40)) - static_cast<int64_t>(kNtpEpoch);
    const int64_t departure = seconds * kSecond + ((static_cast<int64_t>(Get32(reply + 44)) * kSecond) >> 32);
    departures.push_back(std::abs(static_cast<double>(arrival - departure)));
  }

  int fd_;
  sockaddr_in server_{};
  int clients_;
  int client_ = 0;
  uint32_t next_ = 0;
  std::vector<uint8_t> answered_;
  std::vector<int64_t> sent_at_;
};
}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return 64;
  const int server = std::atoi(argv[3]);
  const double rate = std::atof(argv[4]);
  const double seconds = std::atof(argv[5]);
  double interruptions = 0;
  if (argc > 8) {
    Pin(0, std::atoi(argv[7]));
    interruptions = Interruptions();
    EachThread(server, [&](int thread, const std::string&) { Pin(thread, std::atoi(argv[7])); });
    Pin(0, std::atoi(argv[8]));
  }
  const bool saturated = rate <= 0;
  const double target = saturated ? kMostPerSecond : rate;
  const size_t most = static_cast<size_t>(target * (seconds + kWarmUpS + 1));
  Generator generator(argv[1], std::atoi(argv[2]), std::atoi(argv[6]), most);
  const int burst = saturated ? kBurst : 1;

  const auto run = [&](double span, bool measure) {
    const int64_t start = Now(CLOCK_MONOTONIC);
    uint64_t due = 0;
    for (;;) {
      const double elapsed = static_cast<double>(Now(CLOCK_MONOTONIC) - start) / kSecond;
      if (elapsed >= span) return elapsed;
      const uint64_t owed = static_cast<uint64_t>(elapsed * target);
      // A busy generator does not make up for packets that it could not send in time: the rate would be another one.
      if (owed > due + 4096) due = owed - burst;
      if (owed >= due + burst) {
        generator.Send(burst);
        due += burst;
      }
      while (generator.Receive(measure) == kBatch) {
      }
    }
  };
  run(kWarmUpS, false);
  const uint64_t sent_before = generator.sent;
  const uint64_t before = generator.replies;
  const int64_t cpu_before = CpuNs(server);
  const double elapsed = run(seconds, true);
  const int64_t cpu = CpuNs(server) - cpu_before;
  const uint64_t replies = generator.replies - before;
  const uint64_t sent = generator.sent - sent_before;
  const int64_t last = Now(CLOCK_MONOTONIC);
  while (Now(CLOCK_MONOTONIC) - last < kDrainS * kSecond) generator.Receive(false);
  if (argc > 8) {
    Pin(0, std::atoi(argv[7]));
    interruptions = std::max(interruptions, Interruptions());
  }
  std::printf("{\"sent\":%llu,\"replies\":%llu,\"wrong\":%llu,\"repeated\":%llu,\"seconds\":%.6f,\"cpuNs\":%lld,",
              static_cast<unsigned long long>(sent), static_cast<unsigned long long>(replies),
              static_cast<unsigned long long>(generator.wrong), static_cast<unsigned long long>(generator.repeated), elapsed,
              static_cast<long long>(cpu));
  const auto late = std::count_if(generator.departures.begin(), generator.departures.end(), [](double ns) { return ns > 20'000; });
  std::printf("\"lateShare\":%.6f,\"interruptions\":%.0f,",
              generator.departures.empty() ? 0 : static_cast<double>(late) / generator.departures.size(), interruptions);
  std::printf("\"answered\":%llu,\"asked\":%llu,\"p50Ns\":%.0f,\"p99Ns\":%.0f,\"stampP50Ns\":%.0f,\"stampP99Ns\":%.0f}\n",
              static_cast<unsigned long long>(generator.replies), static_cast<unsigned long long>(generator.sent),
              Quantile(&generator.latencies, 0.5), Quantile(&generator.latencies, 0.99),
              Quantile(&generator.departures, 0.5), Quantile(&generator.departures, 0.99));
  return 0;
}
