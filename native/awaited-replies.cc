#include "awaited-replies.h"

#include <utility>

namespace {
constexpr int64_t kPatienceNs = 1'000'000'000;
}  // namespace

AwaitedReply& AwaitedReplies::Add(uint32_t number) {
  // Other threads that share the socket have numbers in between.
  if (number - next_ >= kCapacity) {
    for (; oldest_ != next_; oldest_++) GiveUp(oldest_);
    oldest_ = number;
  }
  for (; number - oldest_ >= kCapacity; oldest_++) GiveUp(oldest_);
  next_ = number + 1;
  AwaitedReply& reply = replies_[number % kCapacity];
  reply.number = number;
  reply.awaited = true;
  count_++;
  return reply;
}

const AwaitedReply* AwaitedReplies::Take(uint32_t number, int64_t stamp) {
  AwaitedReply& reply = replies_[number % kCapacity];
  if (!reply.awaited || reply.number != number || stamp < reply.before) return nullptr;
  reply.awaited = false;
  count_--;
  return &reply;
}

void AwaitedReplies::Sweep(int64_t now) {
  for (; count_ > 0 && oldest_ != next_; oldest_++) {
    const AwaitedReply& reply = replies_[oldest_ % kCapacity];
    if (!reply.awaited || reply.number != oldest_) continue;
    const int64_t age = now - reply.before;
    if (age >= 0 && age < kPatienceNs) return;
    GiveUp(oldest_);
  }
}

uint32_t AwaitedReplies::TakeLost() { return std::exchange(lost_, 0); }

void AwaitedReplies::GiveUp(uint32_t number) {
  AwaitedReply& reply = replies_[number % kCapacity];
  if (!reply.awaited || reply.number != number) return;
  reply.awaited = false;
  count_--;
  lost_++;
}
