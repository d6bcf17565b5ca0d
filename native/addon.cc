#include <napi.h>
#include <sys/timex.h>

#include <cmath>
#include <cstring>
#include <map>
#include <system_error>

#include "channel.h"
#include "udp.h"
#include "unix.h"

// What JavaScript sees. Sockets are named by numbers and every argument is checked here, so that nothing that JavaScript
// passes can reach memory it should not.

namespace {

struct State {
  std::map<uint32_t, Channel*> channels;
  uint32_t next = 1;
  napi_ref arena = nullptr;
};

Napi::TypeError Wrong(Napi::Env env, const char* name, const char* expected) {
  return Napi::TypeError::New(env, std::string(name) + " must be " + expected);
}

uint32_t Whole(const Napi::CallbackInfo& info, size_t index, const char* name, uint32_t max) {
  const double value = info[index].IsNumber() ? info[index].As<Napi::Number>().DoubleValue() : -1;
  if (!(value >= 0 && value <= max) || value != std::floor(value)) {
    throw Wrong(info.Env(), name, ("a whole number up to " + std::to_string(max)).c_str());
  }
  return static_cast<uint32_t>(value);
}

bool Flag(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsBoolean()) throw Wrong(info.Env(), name, "a boolean");
  return info[index].As<Napi::Boolean>().Value();
}

std::string Text(const Napi::CallbackInfo& info, size_t index, const char* name, size_t max) {
  if (!info[index].IsString()) throw Wrong(info.Env(), name, "a string");
  const std::string text = info[index].As<Napi::String>().Utf8Value();
  if (text.empty() || text.size() > max || text.find('\0') != std::string::npos) {
    throw Wrong(info.Env(), name, ("1 to " + std::to_string(max) + " octets without NUL").c_str());
  }
  return text;
}

Address HostAndPort(const Napi::CallbackInfo& info, size_t index, const char* name, uint32_t port) {
  Address out;
  if (!ParseAddress(Text(info, index, name, 63), static_cast<uint16_t>(port), &out)) {
    throw Wrong(info.Env(), name, "an IP address");
  }
  return out;
}

bool Absent(const Napi::CallbackInfo& info, size_t index) { return info[index].IsUndefined(); }

struct Octets {
  const uint8_t* data;
  size_t length;
};

Octets Payload(const Napi::CallbackInfo& info, size_t index, const char* name) {
  const bool octets = info[index].IsTypedArray() && info[index].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  if (!octets) throw Wrong(info.Env(), name, "a Uint8Array");
  const auto array = info[index].As<Napi::Uint8Array>();
  return {array.Data(), array.ByteLength()};
}

State& StateOf(const Napi::CallbackInfo& info) { return *info.Env().GetInstanceData<State>(); }

/** The thread's arena. Made anew should somebody have transferred it away through a payload's `buffer`. */
napi_value ArenaOf(napi_env env, State* state, Arena* out) {
  napi_value buffer = nullptr;
  void* data = nullptr;
  size_t octets = 0;
  if (state->arena != nullptr && napi_get_reference_value(env, state->arena, &buffer) == napi_ok && buffer != nullptr &&
      napi_get_arraybuffer_info(env, buffer, &data, &octets) == napi_ok && octets == kArenaOctets) {
    out->base = static_cast<uint8_t*>(data);
    return buffer;
  }
  if (napi_create_arraybuffer(env, kArenaOctets, &data, &buffer) != napi_ok) return nullptr;
  if (state->arena != nullptr) napi_delete_reference(env, state->arena);
  napi_create_reference(env, buffer, 1, &state->arena);
  out->base = static_cast<uint8_t*>(data);
  return buffer;
}

Napi::Value Open(const Napi::CallbackInfo& info, std::unique_ptr<Source> source, size_t callback) {
  State* state = &StateOf(info);
  const uint32_t id = state->next++;
  state->channels[id] = new Channel(info.Env(), std::move(source), info[callback],
                                    [state](napi_env env, Arena* arena) { return ArenaOf(env, state, arena); });
  return Napi::Number::New(info.Env(), id);
}

Channel* Find(const Napi::CallbackInfo& info, size_t index) {
  const auto& channels = StateOf(info).channels;
  const auto found = channels.find(Whole(info, index, "socket", UINT32_MAX));
  return found == channels.end() ? nullptr : found->second;
}

UdpSocket& Udp(const Napi::CallbackInfo& info) {
  Channel* channel = Find(info, 0);
  auto* socket = channel == nullptr ? nullptr : dynamic_cast<UdpSocket*>(&channel->source());
  if (socket == nullptr) throw Wrong(info.Env(), "socket", "an open UDP socket");
  return *socket;
}

/** openUdp(address, port, v6Only, peer | undefined, peerPort, transmitStamps, callback): number */
Napi::Value OpenUdp(const Napi::CallbackInfo& info) {
  UdpOptions options;
  options.local = HostAndPort(info, 0, "address", Whole(info, 1, "port", 65535));
  options.v6_only = Flag(info, 2, "v6Only");
  const uint32_t peer_port = Whole(info, 4, "peerPort", 65535);
  if (!Absent(info, 3)) options.peer = HostAndPort(info, 3, "peer", peer_port);
  options.transmit_stamps = Flag(info, 5, "transmitStamps");
  if (!info[6].IsFunction()) throw Wrong(info.Env(), "callback", "a function");
  return Open(info, std::make_unique<UdpSocket>(options), 6);
}

/** openUnix(path, callback): number */
Napi::Value OpenUnix(const Napi::CallbackInfo& info) {
  const std::string path = Text(info, 0, "path", UnixPathLimit());
  if (!info[1].IsFunction()) throw Wrong(info.Env(), "callback", "a function");
  return Open(info, std::make_unique<UnixSocket>(path), 1);
}

/** close(socket): nothing happens when it is closed already. */
Napi::Value Close(const Napi::CallbackInfo& info) {
  Channel* channel = Find(info, 0);
  if (channel == nullptr) return info.Env().Undefined();
  channel->Close();
  StateOf(info).channels.erase(Whole(info, 0, "socket", UINT32_MAX));
  return info.Env().Undefined();
}

void WriteMoment(const Moment& moment, int64_t* out) {
  out[0] = moment.realtime;
  out[1] = moment.raw;
  out[2] = moment.monotonic;
}

/** The BigInt64Array [realtime, raw, monotonic] that a call fills. */
int64_t* MomentOut(const Napi::CallbackInfo& info, size_t index) {
  const bool fits = info[index].IsTypedArray() &&
                    info[index].As<Napi::TypedArray>().TypedArrayType() == napi_bigint64_array &&
                    info[index].As<Napi::TypedArray>().ElementLength() >= 3;
  if (!fits) throw Wrong(info.Env(), "moment", "a BigInt64Array of three");
  return info[index].As<Napi::BigInt64Array>().Data();
}

/** send(socket, payload, address | undefined, port, from | undefined, before: BigInt64Array): number */
Napi::Value Send(const Napi::CallbackInfo& info) {
  UdpSocket& socket = Udp(info);
  const Octets payload = Payload(info, 1, "payload");
  std::optional<Address> to;
  std::optional<Address> from;
  const uint32_t port = Whole(info, 3, "port", 65535);
  if (!Absent(info, 2)) to = HostAndPort(info, 2, "address", port);
  if (!Absent(info, 4)) from = HostAndPort(info, 4, "from", 0);
  int64_t* out = MomentOut(info, 5);
  Moment before;
  const uint32_t number = socket.Send(payload.data, payload.length, to, from, &before);
  WriteMoment(before, out);
  return Napi::Number::New(info.Env(), number);
}

/** local(socket): { address, port } */
Napi::Value Local(const Napi::CallbackInfo& info) {
  const Address address = Udp(info).Local();
  char text[64];
  const int32_t length = FormatAddress(address, text);
  Napi::Object out = Napi::Object::New(info.Env());
  out["address"] = Napi::String::New(info.Env(), text, length);
  out["port"] = Napi::Number::New(info.Env(), PortOf(address));
  return out;
}

/** sendUnix(path, payload) */
Napi::Value SendUnixDatagram(const Napi::CallbackInfo& info) {
  const std::string path = Text(info, 0, "path", UnixPathLimit());
  const Octets payload = Payload(info, 1, "payload");
  SendUnix(path, payload.data, payload.length);
  return info.Env().Undefined();
}

/** readMoment(out: BigInt64Array) */
Napi::Value ReadMomentInto(const Napi::CallbackInfo& info) {
  WriteMoment(ReadMoment(), MomentOut(info, 0));
  return info.Env().Undefined();
}

/** monotonicRaw(): bigint, ns */
Napi::Value MonotonicRaw(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), ReadClock(CLOCK_MONOTONIC_RAW));
}

/** slept(): bigint, ns */
Napi::Value Slept(const Napi::CallbackInfo& info) { return Napi::BigInt::New(info.Env(), ReadSlept()); }

/** readTimex(): Uint8Array. The kernel's `struct timex` of the system clock; reads only, needs no privilege. */
Napi::Value ReadTimex(const Napi::CallbackInfo& info) {
  timex state{};
  if (clock_adjtime(CLOCK_REALTIME, &state) < 0) throw std::system_error(errno, std::generic_category(), "clock_adjtime");
  auto out = Napi::Uint8Array::New(info.Env(), sizeof state);
  std::memcpy(out.Data(), &state, sizeof state);
  return out;
}

Napi::Error SystemError(Napi::Env env, const std::system_error& failure) {
  Napi::Error error = Napi::Error::New(env, failure.what());
  error.Value()["errno"] = Napi::Number::New(env, failure.code().value());
  return error;
}

template <Napi::Value (*F)(const Napi::CallbackInfo&)>
Napi::Value Guarded(const Napi::CallbackInfo& info) {
  try {
    return F(info);
  } catch (const std::system_error& failure) {
    throw SystemError(info.Env(), failure);
  } catch (const std::bad_alloc&) {
    throw Napi::Error::New(info.Env(), "out of memory");
  }
}

template <Napi::Value (*F)(const Napi::CallbackInfo&)>
void Export(Napi::Object exports, const char* name) {
  exports[name] = Napi::Function::New<Guarded<F>>(exports.Env(), name);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  const char* type = uv_handle_type_name(libuv::kPollHandle);
  if (type == nullptr || std::strcmp(type, "poll") != 0) {
    throw Napi::Error::New(env, "this Node carries an unknown libuv");
  }
  env.SetInstanceData(new State);
  KeepStampsOn();
  Export<OpenUdp>(exports, "openUdp");
  Export<OpenUnix>(exports, "openUnix");
  Export<Send>(exports, "send");
  Export<SendUnixDatagram>(exports, "sendUnix");
  Export<Local>(exports, "local");
  Export<Close>(exports, "close");
  Export<ReadMomentInto>(exports, "readMoment");
  Export<MonotonicRaw>(exports, "monotonicRaw");
  Export<Slept>(exports, "slept");
  Export<ReadTimex>(exports, "readTimex");
  return exports;
}

}  // namespace

NODE_API_MODULE(timehub, Init)
