// The requests of the load generator for NTP servers, and what a right reply to them looks like.
#ifndef TIMEHUB_TEST_NTP_REQUESTS_H
#define TIMEHUB_TEST_NTP_REQUESTS_H

#include <arpa/inet.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

constexpr size_t kHeaderOctets = 48;
constexpr size_t kOriginAt = 24;
constexpr size_t kReceiveAt = 32;
constexpr size_t kTransmitAt = 40;

inline void Put32(uint8_t* out, uint32_t word) {
  const uint32_t big = htonl(word);
  std::memcpy(out, &big, 4);
}

inline uint32_t Get32(const uint8_t* in) {
  uint32_t big;
  std::memcpy(&big, in, 4);
  return ntohl(big);
}

/** The second half of the timestamp of request `index`: a server that answers something else cannot hit it. */
inline uint32_t CheckWord(uint32_t index) {
  uint32_t x = index * 0x9E3779B1u + 0x7f4a7c15u;
  x ^= x >> 15;
  return x * 0x85ebca6bu;
}

enum class Answer { kWrong, kRight, kRepeated };

/** The requests that a generator sends, and its check of the replies. Requests are numbered from 0. */
class Requests {
 public:
  virtual ~Requests() = default;
  /** Octets of each request. */
  virtual size_t octets() const { return kHeaderOctets; }
  virtual void Write(uint8_t* out, uint32_t index, int client) = 0;
  /** Judges a reply. `index`: set to the request that it answers; kUnknown if replies do not tell. */
  virtual Answer Judge(const uint8_t* reply, size_t octets, uint32_t* index) = 0;
  /** Replies in the interleaved mode. */
  uint64_t interleaved = 0;
  static constexpr uint32_t kUnknown = UINT32_MAX;
};

/** Plain requests of version 4. */
class PlainRequests : public Requests {
 public:
  explicit PlainRequests(size_t most) : answered_(most) {}

  void Write(uint8_t* out, uint32_t index, int) override {
    out[0] = 0x23;
    Put32(out + kTransmitAt, index);
    Put32(out + kTransmitAt + 4, CheckWord(index));
    next_ = index + 1;
  }

  Answer Judge(const uint8_t* reply, size_t octets, uint32_t* index) override {
    *index = Get32(reply + kOriginAt);
    if (octets != kHeaderOctets || (reply[0] & 7) != 4 || Get32(reply + kOriginAt + 4) != CheckWord(*index)) return Answer::kWrong;
    return Take(*index);
  }

 protected:
  Answer Take(uint32_t index) {
    if (index >= next_ || index >= answered_.size()) return Answer::kWrong;
    if (answered_[index] != 0) return Answer::kRepeated;
    answered_[index] = 1;
    return Answer::kRight;
  }

  uint32_t next_ = 0;

 private:
  std::vector<uint8_t> answered_;
};

/**
 * Requests in the interleaved mode (RFC 9769): each has the receive timestamp of the last reply to its client as origin, so the
 * server can answer with the transmit timestamp of that reply. The first request of a client is a plain one.
 */
class InterleavedRequests : public PlainRequests {
 public:
  InterleavedRequests(size_t most, int clients) : PlainRequests(most), clients_of_(most), last_(static_cast<size_t>(clients)) {}

  void Write(uint8_t* out, uint32_t index, int client) override {
    PlainRequests::Write(out, index, client);
    if (index < clients_of_.size()) clients_of_[index] = static_cast<uint32_t>(client);
    const uint64_t last = last_[static_cast<size_t>(client)];
    if (last == 0) return;
    Put32(out + kOriginAt, static_cast<uint32_t>(last >> 32));
    Put32(out + kOriginAt + 4, static_cast<uint32_t>(last));
    Put32(out + kReceiveAt, index ^ kInterleavedBit);
    Put32(out + kReceiveAt + 4, CheckWord(index));
  }

  Answer Judge(const uint8_t* reply, size_t octets, uint32_t* index) override {
    const uint32_t origin = Get32(reply + kOriginAt);
    const bool is_interleaved = (origin & kInterleavedBit) != 0;
    *index = is_interleaved ? origin ^ kInterleavedBit : origin;
    if (octets != kHeaderOctets || (reply[0] & 7) != 4 || Get32(reply + kOriginAt + 4) != CheckWord(*index)) return Answer::kWrong;
    const Answer answer = Take(*index);
    if (answer != Answer::kRight) return answer;
    if (is_interleaved) interleaved++;
    last_[clients_of_[*index]] = (static_cast<uint64_t>(Get32(reply + kReceiveAt)) << 32) | Get32(reply + kReceiveAt + 4);
    return answer;
  }

 private:
  static constexpr uint32_t kInterleavedBit = 0x80000000u;
  std::vector<uint32_t> clients_of_;
  std::vector<uint64_t> last_;
};

/**
 * Requests of a file, again and again: the octets of each as a word of 32 bits, then the requests, whose transmit timestamps are
 * those of plain ones. Every 256th reply is appended to another file, after a word with its octets: what only the sender of the
 * requests can check, such as an authenticator.
 */
class RecordedRequests : public Requests {
 public:
  RecordedRequests(const char* requests, const char* samples) : samples_(std::fopen(samples, "wb")) {
    FILE* file = std::fopen(requests, "rb");
    uint8_t head[4];
    if (file == nullptr || samples_ == nullptr || std::fread(head, 4, 1, file) != 1) return;
    octets_ = Get32(head);
    uint8_t part[65536];
    for (size_t read; (read = std::fread(part, 1, sizeof part, file)) > 0;) all_.insert(all_.end(), part, part + read);
    std::fclose(file);
    count_ = octets_ == 0 ? 0 : all_.size() / octets_;
  }
  ~RecordedRequests() override {
    if (samples_ != nullptr) std::fclose(samples_);
  }
  RecordedRequests(const RecordedRequests&) = delete;
  RecordedRequests& operator=(const RecordedRequests&) = delete;

  bool ready() const { return count_ > 0; }
  size_t octets() const override { return octets_; }
  void Write(uint8_t* out, uint32_t index, int) override { std::memcpy(out, &all_[(index % count_) * octets_], octets_); }

  Answer Judge(const uint8_t* reply, size_t octets, uint32_t* index) override {
    *index = kUnknown;
    const uint32_t of = Get32(reply + kOriginAt);
    const bool fits = octets > kHeaderOctets && octets <= octets_ && (reply[0] & 7) == 4;
    if (!fits || of >= count_ || Get32(reply + kOriginAt + 4) != CheckWord(of)) return Answer::kWrong;
    if (seen_++ % 256 == 0) {
      uint8_t head[4];
      Put32(head, static_cast<uint32_t>(octets));
      std::fwrite(head, 4, 1, samples_);
      std::fwrite(reply, octets, 1, samples_);
    }
    return Answer::kRight;
  }

 private:
  FILE* samples_;
  std::vector<uint8_t> all_;
  size_t octets_ = 0, count_ = 0;
  uint64_t seen_ = 0;
};

#endif
