// Load generator for servers of the NTS key exchange on this machine: key exchanges from many client addresses (127.2.0.0 and up),
// so many at a time, each with a full handshake of TLS 1.3 and a check of certificate and answer. Prints one line of JSON
// (test/ke-load.ts, which compiles it).
//
//   ke-generator ADDRESS PORT SERVER_PID AUTHORITY AT_A_TIME SECONDS CLIENTS [SERVER_CPU OWN_CPU]
//
// AUTHORITY: PEM file of the authority of the server's certificate. The CPU time of the server's threads, and of those of its child
// processes, is that of schedstat(5) in the measured seconds. With SERVER_CPU and OWN_CPU, server and generator have a core each.

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "measure.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

namespace {
constexpr double kWarmUpS = 0.5;
/** An exchange that takes longer has failed. */
constexpr int64_t kPatienceNs = 5 * kSecond;
constexpr uint32_t kFirstClient = 0x7f020000;  // 127.2.0.0
constexpr size_t kCookies = 8;
constexpr unsigned char kProtocol[] = "\x07ntske/1";
/** NTPv4; AES-SIV-CMAC-256; end (RFC 8915 section 4). */
constexpr uint8_t kRequest[] = {0x80, 1, 0, 2, 0, 0, 0x80, 4, 0, 2, 0, 15, 0x80, 0, 0, 0};

/** Returns '' if an answer agrees on NTPv4 and AES-SIV-CMAC-256 and has eight different cookies, else the fault. */
std::string FaultOf(const std::vector<uint8_t>& answer) {
  bool protocol = false, cipher = false;
  std::set<std::vector<uint8_t>> cookies;
  for (size_t at = 0; at + 4 <= answer.size();) {
    const int type = (answer[at] << 8 | answer[at + 1]) & 0x7fff;
    const size_t octets = answer[at + 2] << 8 | answer[at + 3];
    const uint8_t* body = answer.data() + at + 4;
    at += 4 + octets;
    if (at > answer.size()) return "an incomplete record";
    const int number = octets == 2 ? body[0] << 8 | body[1] : -1;
    if (type == 1) protocol = number == 0;
    if (type == 2) return "error " + std::to_string(number);
    if (type == 4) cipher = number == 15;
    if (type == 5) cookies.emplace(body, body + octets);
    if (type != 0) continue;
    if (at != answer.size()) return "octets after the end";
    if (!protocol || !cipher) return "another protocol or cipher";
    return cookies.size() == kCookies ? "" : std::to_string(cookies.size()) + " cookies";
  }
  return "no end";
}

bool IsComplete(const std::vector<uint8_t>& answer) {
  const size_t size = answer.size();
  return size >= 4 && (answer[size - 4] & 0x7f) == 0 && answer[size - 3] == 0 && answer[size - 2] == 0 && answer[size - 1] == 0;
}

class Generator {
 public:
  Generator(const char* address, int port, const char* authority, int at_a_time, int clients)
      : clients_(clients), slots_(at_a_time) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_alpn_protos(context_, kProtocol, sizeof kProtocol - 1);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(context_), address);
    SSL_CTX_set_cert_verify_callback(context_, Verify, this);
    if (SSL_CTX_load_verify_locations(context_, authority, nullptr) != 1) {
      std::fprintf(stderr, "cannot read %s\n", authority);
      std::exit(1);
    }
    server_.sin_family = AF_INET;
    server_.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, address, &server_.sin_addr);
    epoll_ = epoll_create1(0);
  }

  /** Since the last `Reset`. */
  uint64_t exchanges = 0, failed = 0, wrong = 0;
  std::vector<double> latencies;
  std::string reason;

  void Reset() {
    exchanges = failed = wrong = 0;
    latencies.clear();
  }

  void RunUntil(int64_t end) {
    for (size_t i = 0; i < slots_.size(); i++) {
      if (slots_[i].ssl == nullptr) Open(i);
    }
    epoll_event events[64];
    while (Now() < end) {
      const int count = epoll_wait(epoll_, events, 64, 20);
      for (int i = 0; i < count; i++) Step(events[i].data.u64);
      const int64_t now = Now();
      for (size_t i = 0; i < slots_.size(); i++) {
        if (now - slots_[i].since > kPatienceNs) End(i, "no end in time", &failed);
      }
    }
  }

 private:
  struct Slot {
    int fd = -1;
    SSL* ssl = nullptr;
    int64_t since = 0;
    bool asked = false;
    std::vector<uint8_t> answer;
  };

  /** Judges a chain of certificates once, and accepts the same certificate from then on. The signature of each handshake is checked anyway. */
  static int Verify(X509_STORE_CTX* chain, void* self) {
    X509*& known = static_cast<Generator*>(self)->known_;
    X509* const certificate = X509_STORE_CTX_get0_cert(chain);
    if (known != nullptr && X509_cmp(known, certificate) == 0) return 1;
    const int valid = X509_verify_cert(chain);
    if (valid == 1) {
      X509_free(known);
      X509_up_ref(certificate);
      known = certificate;
    }
    return valid;
  }

  void Open(size_t index) {
    Slot& slot = slots_[index];
    slot.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(slot.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(slot.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in own = {};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(kFirstClient + next_++ % clients_);
    bind(slot.fd, reinterpret_cast<sockaddr*>(&own), sizeof own);
    slot.since = Now();
    slot.asked = false;
    slot.answer.clear();
    connect(slot.fd, reinterpret_cast<sockaddr*>(&server_), sizeof server_);
    slot.ssl = SSL_new(context_);
    SSL_set_fd(slot.ssl, slot.fd);
    SSL_set_connect_state(slot.ssl);
    epoll_event event = {};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, slot.fd, &event);
  }

  /** Goes on with an exchange as far as it can. */
  void Step(size_t index) {
    Slot& slot = slots_[index];
    ERR_clear_error();
    if (!slot.asked) {
      int error = 0;
      socklen_t octets = sizeof error;
      getsockopt(slot.fd, SOL_SOCKET, SO_ERROR, &error, &octets);
      if (error != 0) return End(index, std::strerror(error), &failed);
      const int result = SSL_do_handshake(slot.ssl);
      if (result != 1) return Wait(index, result);
      slot.asked = true;
      SSL_write(slot.ssl, kRequest, sizeof kRequest);
    }
    uint8_t octets[4096];
    for (;;) {
      const int result = SSL_read(slot.ssl, octets, sizeof octets);
      if (result <= 0) return Wait(index, result);
      slot.answer.insert(slot.answer.end(), octets, octets + result);
      if (!IsComplete(slot.answer)) continue;
      const std::string fault = FaultOf(slot.answer);
      SSL_shutdown(slot.ssl);
      return fault.empty() ? End(index, "", &exchanges) : End(index, fault, &wrong);
    }
  }

  void Wait(size_t index, int result) {
    const int error = SSL_get_error(slots_[index].ssl, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    if (error == SSL_ERROR_SYSCALL && errno == EAGAIN) return;
    const char* text = ERR_reason_error_string(ERR_peek_error());
    End(index, text != nullptr ? text : "the connection was closed", &failed);
  }

  void End(size_t index, const std::string& fault, uint64_t* count) {
    Slot& slot = slots_[index];
    ++*count;
    if (fault.empty()) latencies.push_back(static_cast<double>(Now() - slot.since));
    else if (reason.empty()) reason = fault;
    SSL_free(slot.ssl);
    close(slot.fd);
    Open(index);
  }

  SSL_CTX* context_;
  X509* known_ = nullptr;
  sockaddr_in server_ = {};
  int epoll_;
  uint32_t clients_;
  uint32_t next_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8 && argc != 10) {
    std::fprintf(stderr, "arguments: ADDRESS PORT SERVER_PID AUTHORITY AT_A_TIME SECONDS CLIENTS [SERVER_CPU OWN_CPU]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int pid = std::atoi(argv[3]);
  if (argc == 10) {
    EachThread(pid, [&](int thread, const std::string&) { Pin(thread, std::atoi(argv[8])); });
    Pin(0, std::atoi(argv[9]));
  }
  Generator generator(argv[1], std::atoi(argv[2]), argv[4], std::atoi(argv[5]), std::atoi(argv[7]));
  generator.RunUntil(Now() + static_cast<int64_t>(kWarmUpS * kSecond));
  generator.Reset();
  const int64_t cpu = CpuNs(pid);
  const int64_t start = Now();
  generator.RunUntil(start + static_cast<int64_t>(std::atof(argv[6]) * kSecond));
  const double seconds = static_cast<double>(Now() - start) / kSecond;
  const int64_t cpuNs = CpuNs(pid) - cpu;
  std::string reason;
  for (const char letter : generator.reason) reason += letter < ' ' || letter == '"' || letter == '\\' ? ' ' : letter;
  std::printf(
      "{\"exchanges\":%llu,\"failed\":%llu,\"wrong\":%llu,\"reason\":\"%s\",\"seconds\":%.6f,\"cpuNs\":%lld,"
      "\"p50Ns\":%.0f,\"p99Ns\":%.0f}\n",
      static_cast<unsigned long long>(generator.exchanges), static_cast<unsigned long long>(generator.failed),
      static_cast<unsigned long long>(generator.wrong), reason.c_str(), seconds, static_cast<long long>(cpuNs),
      Quantile(&generator.latencies, 0.5), Quantile(&generator.latencies, 0.99));
}
