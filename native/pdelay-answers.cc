#include "pdelay-answers.h"

#include <algorithm>
#include <cstring>
#include <system_error>

// Offsets of the fields (IEEE 1588-2019 §13.3, §13.9 to §13.11).
namespace {
constexpr int kVersionAt = 1;
constexpr int kLengthAt = 2;
constexpr int kDomainAt = 4;
constexpr int kMinorSdoAt = 5;
constexpr int kFlagsAt = 6;
constexpr int kCorrectionAt = 8;
constexpr int kSourceAt = 20;
constexpr int kSequenceAt = 30;
constexpr int kTimeAt = 34;
constexpr int kRequestingAt = 44;
constexpr int kMessageOctets = 54;
constexpr int kClockOctets = 8;

constexpr uint8_t kPdelayReq = 0x2;
constexpr uint8_t kVersion = 2;
constexpr uint8_t kUnicast = 0x04;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kLateNs = 10'000'000;

int MessageLength(const uint8_t* message) { return message[kLengthAt] << 8 | message[kLengthAt + 1]; }

/** 48 bits of seconds and 32 of nanoseconds (§5.3.3). */
void WriteTime(int64_t time, uint8_t* out) {
  const int64_t seconds = time / kSecond;
  const int64_t nanoseconds = time % kSecond;
  for (int i = 0; i < 6; i++) out[i] = static_cast<uint8_t>(seconds >> (40 - 8 * i));
  for (int i = 0; i < 4; i++) out[6 + i] = static_cast<uint8_t>(nanoseconds >> (24 - 8 * i));
}
}  // namespace

bool IsPdelayPair(const PdelayOptions& options) {
  const auto fits = [](const std::vector<uint8_t>& message) {
    return message.size() >= kMessageOctets && message.size() <= kSlotOctets;
  };
  return fits(options.response) && fits(options.follow_up);
}

PdelayAnswers::PdelayAnswers(const PdelayOptions& options, Send event, Send general)
    : options_(options),
      version_(options.response[kVersionAt]),
      event_(std::move(event)),
      general_(std::move(general)) {}

PdelayCounts PdelayAnswers::counts() const {
  PdelayCounts out;
  out.requests = requests_;
  out.responses = responses_;
  out.follow_ups = follow_ups_;
  out.unstamped = unstamped_;
  out.unsent = unsent_;
  out.late = late_;
  out.latest_ns = latest_ns_;
  out.longest_ns = longest_ns_;
  return out;
}

void PdelayAnswers::Take(const Record& record, const uint8_t* message) {
  if (record.kind == kDatagram) Respond(record, message);
  else if (record.kind == kSent) Follow(record);
}

bool PdelayAnswers::IsRequest(const uint8_t* message, int32_t length) const {
  const std::vector<uint8_t>& own = options_.response;
  if (length < kMessageOctets || MessageLength(message) < kMessageOctets || MessageLength(message) > length) return false;
  if (message[0] != ((own[0] & 0xf0) | kPdelayReq) || (message[kVersionAt] & 0x0f) != kVersion) return false;
  if (message[kDomainAt] != own[kDomainAt] || message[kMinorSdoAt] != own[kMinorSdoAt]) return false;
  if ((message[kFlagsAt] & kUnicast) != 0) return false;
  // Our own request, sent back to us.
  return std::memcmp(message + kSourceAt, own.data() + kSourceAt, kClockOctets) != 0;
}

void PdelayAnswers::Respond(const Record& record, const uint8_t* message) {
  if (!IsRequest(message, record.number)) return;
  requests_++;
  if (record.stamped != (options_.hardware ? kByHardware : kByKernel)) {
    unstamped_++;
    return;
  }
  Pending pending;
  pending.open = true;
  pending.received = record.monotonic;
  // minorVersionPTP is the upper four bits.
  pending.version = std::min(message[kVersionAt], version_);
  std::copy_n(message + kCorrectionAt, pending.correction.size(), pending.correction.begin());
  std::copy_n(message + kSequenceAt, pending.sequence.size(), pending.sequence.begin());
  std::copy_n(message + kSourceAt, pending.requesting.size(), pending.requesting.begin());
  Moment before;
  const int64_t received = record.time - options_.ingress_ns;
  if (!Answer(event_, &options_.response, received, pending, &pending.number, &before)) return;
  responses_++;
  Pending& slot = pending_[pending.number % pending_.size()];
  if (slot.open) unstamped_++;
  slot = pending;
}

void PdelayAnswers::Follow(const Record& record) {
  const auto number = static_cast<uint32_t>(record.number);
  Pending& pending = pending_[number % pending_.size()];
  if (!pending.open || pending.number != number) return;
  pending.open = false;
  Moment before;
  uint32_t ignored;
  // §11.4.2: the correctionField of the request is returned in Pdelay_Resp_Follow_Up.
  std::copy(pending.correction.begin(), pending.correction.end(), options_.follow_up.begin() + kCorrectionAt);
  const int64_t sent = record.time + options_.egress_ns;
  if (!Answer(general_, &options_.follow_up, sent, pending, &ignored, &before)) return;
  const int64_t took = before.raw - pending.received;
  latest_ns_ = took;
  longest_ns_ = std::max(longest_ns_.load(), took);
  if (took > kLateNs) late_++;
  follow_ups_++;
}

bool PdelayAnswers::Answer(const Send& send, std::vector<uint8_t>* message, int64_t time, const Pending& pending,
                             uint32_t* number, Moment* before) {
  (*message)[kVersionAt] = pending.version;
  std::copy(pending.sequence.begin(), pending.sequence.end(), message->begin() + kSequenceAt);
  WriteTime(time, message->data() + kTimeAt);
  std::copy(pending.requesting.begin(), pending.requesting.end(), message->begin() + kRequestingAt);
  try {
    *number = send(*message, before);
    return true;
  } catch (const std::system_error&) {
    // The interface has gone down or there is no route: the neighbour sends another request.
    unsent_++;
    return false;
  }
}
