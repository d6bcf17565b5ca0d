#include "exchange-registry.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "arguments.h"
#include "results.h"

namespace {
constexpr uint32_t kLongestPauseNs = 10'000'000;
constexpr uint32_t kMostWorkers = 64;
/**
 * Replies that are sent together. A reply has its transmit timestamp before the first of them is sent, so an interruption in the
 * meantime makes it late: the more, the cheaper and the less exact. Eight save 5 % of the time for a reply.
 */
constexpr int kChunk = 4;

struct Sockets {
  std::mutex lock;
  std::map<uint32_t, std::shared_ptr<ServerSocket>> open;
  uint32_t next = 1;
};

Sockets& ServerSockets() {
  static Sockets sockets;
  return sockets;
}

std::shared_ptr<ServerSocket> SocketOf(Napi::Value value) {
  const uint32_t id = arguments::Whole(value, "socket", UINT32_MAX);
  Sockets& sockets = ServerSockets();
  const std::lock_guard guard(sockets.lock);
  const auto found = sockets.open.find(id);
  if (found == sockets.open.end()) throw arguments::Wrong(value.Env(), "socket", "an open server socket");
  return found->second;
}

/** Returns the sockets that an array identifies. */
Exchange::Sockets SocketsOf(Napi::Value value, const char* name, uint32_t least) {
  if (!value.IsArray()) throw arguments::Wrong(value.Env(), name, "an array");
  const auto ids = value.As<Napi::Array>();
  const uint32_t count = ids.Length();
  if (count < least || count > kMostSockets) throw arguments::Wrong(value.Env(), name, "an array of at most 16");
  Exchange::Sockets sockets;
  for (uint32_t i = 0; i < count; i++) sockets.push_back(SocketOf(ids.Get(i)));
  return sockets;
}

/** Throws a TypeError when the value is not the memory of a batch. */
template <typename Memory>
Napi::Reference<Napi::ArrayBuffer> Keep(Napi::Value value, const char* name) {
  const bool fits = value.IsArrayBuffer() && value.As<Napi::ArrayBuffer>().ByteLength() == sizeof(Memory);
  if (!fits) {
    throw arguments::Wrong(value.Env(), name, "an ArrayBuffer of " + std::to_string(sizeof(Memory)) + " octets");
  }
  return Napi::Persistent(value.As<Napi::ArrayBuffer>());
}

/** Throws a TypeError when JavaScript has transferred the memory. */
template <typename Memory>
Memory* MemoryOf(const Napi::Reference<Napi::ArrayBuffer>& kept, const char* name) {
  Napi::ArrayBuffer buffer = kept.Value();
  if (buffer.ByteLength() != sizeof(Memory)) {
    throw arguments::Wrong(buffer.Env(), name, "an ArrayBuffer that was not transferred");
  }
  return static_cast<Memory*>(buffer.Data());
}

/** Returns a number without a memory allocation of V8's, which Napi::Number::New makes. */
Napi::Value Small(Napi::Env env, int number) {
  napi_value out;
  napi_create_int32(env, number, &out);
  return {env, out};
}
}  // namespace

Napi::Value ExchangeRegistry::OpenSocket(const Napi::CallbackInfo& info) {
  const arguments::Options given(info[0]);
  ServerSocketOptions options;
  options.local = arguments::HostAndPort(given["address"], "address", given.Number("port", 65535).value_or(0));
  options.v6_only = given.On("v6Only");
  options.join = given.On("join");
  options.share = given.On("share");
  options.deaf = given.On("deaf");
  options.transmit_stamps = given.On("transmitStamps");
  if (given.Has("interface")) options.interface = arguments::InterfaceName(given["interface"]);
  options.dscp = static_cast<int>(given.Number("dscp", 63).value_or(0));
  options.receive_buffer =
      static_cast<int>(given.Number("receiveBuffer", kReceiveBufferOctets).value_or(kReceiveBufferOctets));
  auto socket = std::make_shared<ServerSocket>(options);
  Sockets& sockets = ServerSockets();
  const std::lock_guard guard(sockets.lock);
  const uint32_t id = sockets.next++;
  sockets.open[id] = std::move(socket);
  return Napi::Number::New(info.Env(), id);
}

Napi::Value ExchangeRegistry::SocketAddress(const Napi::CallbackInfo& info) {
  return results::Endpoint(info.Env(), SocketOf(info[0])->Local());
}

Napi::Value ExchangeRegistry::SteerByClient(const Napi::CallbackInfo& info) {
  const auto socket = SocketOf(info[0]);
  const uint32_t count = arguments::Whole(info[1], "count", kMostWorkers);
  if (count == 0) throw arguments::Wrong(info.Env(), "count", "above zero");
  socket->SteerByClient(static_cast<int>(count));
  return info.Env().Undefined();
}

Napi::Value ExchangeRegistry::CloseSocket(const Napi::CallbackInfo& info) {
  const uint32_t id = arguments::Whole(info[0], "socket", UINT32_MAX);
  Sockets& sockets = ServerSockets();
  const std::lock_guard guard(sockets.lock);
  sockets.open.erase(id);
  return info.Env().Undefined();
}

BatchMemory* ExchangeRegistry::Entry::batch() { return MemoryOf<BatchMemory>(memory, "batch"); }

StampMemory* ExchangeRegistry::Entry::stamps() {
  if (stamp_memory.IsEmpty()) throw arguments::Wrong(memory.Env(), "exchange", "one with transmit stamps");
  return MemoryOf<StampMemory>(stamp_memory, "stamps");
}

ExchangeRegistry::Entry& ExchangeRegistry::At(const Napi::CallbackInfo& info) {
  const auto found = exchanges_.find(arguments::Whole(info[0], "exchange", UINT32_MAX));
  if (found == exchanges_.end()) throw arguments::Wrong(info.Env(), "exchange", "an open exchange");
  return found->second;
}

Napi::Value ExchangeRegistry::Open(const Napi::CallbackInfo& info) {
  auto sockets = SocketsOf(info[0], "sockets", 1);
  auto memory = Keep<BatchMemory>(info[1], "batch");
  Exchange::Sockets senders = sockets;
  Napi::Reference<Napi::ArrayBuffer> stamp_memory;
  std::unique_ptr<ReplyStamps> stamps;
  if (!info[2].IsUndefined()) {
    const arguments::Options given(info[2]);
    stamp_memory = Keep<StampMemory>(given["stamps"], "stamps");
    senders = SocketsOf(given["senders"], "senders", 1);
    auto next_ports = SocketsOf(given["nextPorts"], "nextPorts", 0);
    if (senders.size() != sockets.size() || (!next_ports.empty() && next_ports.size() != sockets.size())) {
      throw arguments::Wrong(info.Env(), "senders and nextPorts", "as many as sockets");
    }
    stamps = std::make_unique<ReplyStamps>(senders, std::move(next_ports));
  }
  const uint32_t id = next_++;
  Entry& entry = exchanges_[id];
  entry.exchange = std::make_unique<Exchange>(std::move(sockets), std::move(senders), std::move(stamps));
  entry.memory = std::move(memory);
  entry.stamp_memory = std::move(stamp_memory);
  return Napi::Number::New(info.Env(), id);
}

Napi::Value ExchangeRegistry::Receive(const Napi::CallbackInfo& info) {
  Entry& entry = At(info);
  const uint32_t coalesce = arguments::Whole(info[1], "coalesceNs", kLongestPauseNs);
  BatchMemory* batch = entry.batch();
  entry.count = 0;
  entry.count = entry.exchange->Receive(batch, coalesce);
  entry.exchange->Foresee(batch, 0, std::min(entry.count, kChunk));
  return Small(info.Env(), entry.count);
}

Napi::Value ExchangeRegistry::Send(const Napi::CallbackInfo& info) {
  Entry& entry = At(info);
  const auto end = static_cast<int>(arguments::Whole(info[2], "end", entry.count));
  const auto first = static_cast<int>(arguments::Whole(info[1], "first", end));
  BatchMemory* batch = entry.batch();
  const int unsent = entry.exchange->Send(batch, first, end);
  entry.exchange->Foresee(batch, end, std::min(entry.count, end + kChunk));
  return Small(info.Env(), unsent);
}

Napi::Value ExchangeRegistry::ReadStamps(const Napi::CallbackInfo& info) {
  Entry& entry = At(info);
  StampMemory* memory = entry.stamps();
  entry.stamp_count = entry.exchange->stamps()->Read(memory);
  return Small(info.Env(), entry.stamp_count);
}

Napi::Value ExchangeRegistry::SendFollowUps(const Napi::CallbackInfo& info) {
  Entry& entry = At(info);
  const StampMemory* memory = entry.stamps();
  const auto count = static_cast<int>(arguments::Whole(info[1], "count", entry.stamp_count));
  return Small(info.Env(), entry.exchange->stamps()->SendFollowUps(*memory, count));
}

Napi::Value ExchangeRegistry::Addresses(const Napi::CallbackInfo& info) {
  const Entry& entry = At(info);
  const uint32_t slot = arguments::Whole(info[1], "slot", kBatchSlots);
  if (static_cast<int>(slot) >= entry.count) throw arguments::Wrong(info.Env(), "slot", "one of the batch");
  char text[64];
  Napi::Object out = Napi::Object::New(info.Env());
  const int32_t client = entry.exchange->ClientText(static_cast<int>(slot), text);
  out["client"] = Napi::String::New(info.Env(), text, client);
  const int32_t local = entry.exchange->LocalText(static_cast<int>(slot), text);
  out["local"] = Napi::String::New(info.Env(), text, local);
  return out;
}

Napi::Value ExchangeRegistry::Close(const Napi::CallbackInfo& info) {
  exchanges_.erase(arguments::Whole(info[0], "exchange", UINT32_MAX));
  return info.Env().Undefined();
}
