// Load generator for NTP servers on this machine: requests of many client addresses (127.1.0.0 and up), in an open loop, and a
// check of every reply. Prints one line of JSON (test/ntp-load.ts, which compiles it).
//
//   ntp-generator ADDRESS PORT SERVER_PID RATE SECONDS CLIENTS SERVER_CPU OWN_CPU plain|interleaved|recorded [REQUESTS SAMPLES]
//
// RATE: requests a second; 0: as many as possible, in bursts of 16 that the kernel splits (UDP GSO), so that the generator is
// faster than the server. The CPU time of the server's threads, and of those of its child processes, is that of schedstat(5) in the measured seconds. Server and
// generator have the cores SERVER_CPU and OWN_CPU; -1: any. What is asked is in ntp-requests.h.
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
#include <memory>
#include <string>
#include <vector>

#include "measure.h"
#include "ntp-requests.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace {
constexpr int kBurst = 16;
constexpr int kBatch = 64;
constexpr size_t kMostOctets = 1600;
constexpr double kWarmUpS = 0.3;
constexpr double kDrainS = 0.2;
constexpr uint32_t kFirstClient = 0x7f010000;  // 127.1.0.0
constexpr uint64_t kNtpEpoch = 2'208'988'800;
/** Most requests under way without a bound by the rate: a server that is slower drops the rest. */
constexpr uint64_t kMostPerSecond = 700'000;

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

class Generator {
 public:
  Generator(const char* address, int port, int clients, size_t most, Requests* requests)
      : requests_(requests), clients_(clients), sent_at_(most) {
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
    static uint8_t octets[kBurst * kMostOctets];
    const size_t each = requests_->octets();
    std::memset(octets, 0, static_cast<size_t>(count) * each);
    const int64_t now = Now(CLOCK_REALTIME);
    for (int i = 0; i < count; i++) {
      requests_->Write(octets + static_cast<size_t>(i) * each, next_, client_);
      if (next_ < sent_at_.size()) sent_at_[next_] = now;
      next_++;
    }
    iovec vector{octets, static_cast<size_t>(count) * each};
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
      const auto segment = static_cast<uint16_t>(each);
      std::memcpy(CMSG_DATA(header), &segment, sizeof segment);
    }
    if (sendmsg(fd_, &message, MSG_DONTWAIT) >= 0) sent += count;
  }

  /** Reads the replies that are there. Returns their number. `measure`: note their times. */
  int Receive(bool measure) {
    static uint8_t octets[kBatch][kMostOctets];
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
    uint32_t index;
    const Answer answer = octets < kHeaderOctets ? Answer::kWrong : requests_->Judge(reply, octets, &index);
    if (answer == Answer::kWrong) wrong++;
    if (answer == Answer::kRepeated) repeated++;
    if (answer != Answer::kRight) return;
    replies++;
    if (!measure) return;
    timespec stamp{};
    const cmsghdr* header = CMSG_FIRSTHDR(message);
    if (header == nullptr) return;
    std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
    const int64_t arrival = stamp.tv_sec * kSecond + stamp.tv_nsec;
    if (index != Requests::kUnknown) latencies.push_back(static_cast<double>(arrival - sent_at_[index]));
    const int64_t seconds = static_cast<int64_t>(Get32(reply + kTransmitAt)) - static_cast<int64_t>(kNtpEpoch);
    const int64_t departure = seconds * kSecond + ((static_cast<int64_t>(Get32(reply + kTransmitAt + 4)) * kSecond) >> 32);
    departures.push_back(std::abs(static_cast<double>(arrival - departure)));
  }

  Requests* requests_;
  int fd_;
  sockaddr_in server_{};
  int clients_;
  int client_ = 0;
  uint32_t next_ = 0;
  std::vector<int64_t> sent_at_;
};
/** Returns what is asked, or a null pointer if it is unknown or its file cannot be read. */
std::unique_ptr<Requests> RequestsOf(int argc, char** argv, size_t most) {
  const std::string kind = argv[9];
  if (kind == "plain") return std::make_unique<PlainRequests>(most);
  if (kind == "interleaved") return std::make_unique<InterleavedRequests>(most, std::atoi(argv[6]));
  if (kind != "recorded" || argc < 12) return nullptr;
  auto recorded = std::make_unique<RecordedRequests>(argv[10], argv[11]);
  if (!recorded->ready() || recorded->octets() > kMostOctets) return nullptr;
  return recorded;
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 10) return 64;
  const int server = std::atoi(argv[3]);
  const double rate = std::atof(argv[4]);
  const double seconds = std::atof(argv[5]);
  double interruptions = 0;
  const int server_cpu = std::atoi(argv[7]);
  if (server_cpu >= 0) {
    Pin(0, server_cpu);
    interruptions = Interruptions();
    EachThread(server, [&](int thread, const std::string&) { Pin(thread, server_cpu); });
    Pin(0, std::atoi(argv[8]));
  }
  const bool saturated = rate <= 0;
  const double target = saturated ? kMostPerSecond : rate;
  const size_t most = static_cast<size_t>(target * (seconds + kWarmUpS + 1));
  const std::unique_ptr<Requests> requests = RequestsOf(argc, argv, most);
  if (requests == nullptr) return 66;
  Generator generator(argv[1], std::atoi(argv[2]), std::atoi(argv[6]), most, requests.get());
  // A client of the interleaved mode asks again after its reply.
  const bool one_by_one = !saturated || std::strcmp(argv[9], "interleaved") == 0;
  const int burst = one_by_one ? 1 : kBurst;

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
  if (server_cpu >= 0) {
    Pin(0, server_cpu);
    interruptions = std::max(interruptions, Interruptions());
  }
  std::printf("{\"sent\":%llu,\"replies\":%llu,\"wrong\":%llu,\"repeated\":%llu,\"seconds\":%.6f,\"cpuNs\":%lld,",
              static_cast<unsigned long long>(sent), static_cast<unsigned long long>(replies),
              static_cast<unsigned long long>(generator.wrong), static_cast<unsigned long long>(generator.repeated), elapsed,
              static_cast<long long>(cpu));
  const auto late = std::count_if(generator.departures.begin(), generator.departures.end(), [](double ns) { return ns > 20'000; });
  std::printf("\"lateShare\":%.6f,\"interruptions\":%.0f,",
              generator.departures.empty() ? 0 : static_cast<double>(late) / generator.departures.size(), interruptions);
  std::printf("\"interleaved\":%llu,", static_cast<unsigned long long>(requests->interleaved));
  std::printf("\"answered\":%llu,\"asked\":%llu,\"p50Ns\":%.0f,\"p99Ns\":%.0f,\"stampP50Ns\":%.0f,\"stampP99Ns\":%.0f}\n",
              static_cast<unsigned long long>(generator.replies), static_cast<unsigned long long>(generator.sent),
              Quantile(&generator.latencies, 0.5), Quantile(&generator.latencies, 0.99),
              Quantile(&generator.departures, 0.5), Quantile(&generator.departures, 0.99));
  return 0;
}
