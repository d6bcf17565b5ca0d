#include <napi.h>
#include <sys/ipc.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <map>
#include <system_error>
#include <thread>

#include "aead.h"
#include "arguments.h"
#include "certificate.h"
#include "channel.h"
#include "ethernet.h"
#include "exchange-registry.h"
#include "interface.h"
#include "pdelay-registry.h"
#include "readings.h"
#include "results.h"
#include "shared-memory.h"
#include "udp.h"
#include "unix.h"

// The functions that JavaScript sees. Sockets are identified by numbers and every argument is checked here, so that no argument
// gives access to other memory.

namespace {

using arguments::Whole;

struct State {
  std::map<uint32_t, Channel*> channels;
  PdelayRegistry responders;
  ExchangeRegistry exchanges;
  AeadMachine aead;
  uint32_t next = 1;
  napi_ref arena = nullptr;
};

State& StateOf(const Napi::CallbackInfo& info) { return *info.Env().GetInstanceData<State>(); }

/** Returns the thread's arena. Makes another when JavaScript has transferred it through a payload's `buffer`. */
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
  const auto found = channels.find(Whole(info[index], "socket", UINT32_MAX));
  return found == channels.end() ? nullptr : found->second;
}

/** Returns the open socket of this kind that an argument identifies. */
template <typename Socket>
Socket& SocketAt(const Napi::CallbackInfo& info, size_t index, const char* kind) {
  Channel* channel = Find(info, index);
  auto* socket = channel == nullptr ? nullptr : dynamic_cast<Socket*>(&channel->source());
  if (socket == nullptr) throw arguments::Wrong(info.Env(), "socket", std::string("an open ") + kind + " socket");
  return *socket;
}

UdpSocket& Udp(const Napi::CallbackInfo& info) { return SocketAt<UdpSocket>(info, 0, "UDP"); }

StampOptions ReadStampOptions(const arguments::Options& given) {
  StampOptions out;
  out.transmit = given.On("transmitStamps");
  out.hardware = given.On("hardwareStamps");
  out.clock = given.Number("hardwareClock", INT32_MAX);
  return out;
}

UdpOptions ReadUdpOptions(const arguments::Options& given) {
  UdpOptions options;
  options.local = arguments::HostAndPort(given["address"], "address", given.Number("port", 65535).value_or(0));
  options.v6_only = given.On("v6Only");
  options.reuse = given.On("reuse");
  const uint32_t peer_port = given.Number("peerPort", 65535).value_or(0);
  if (given.Has("peer")) options.peer = arguments::HostAndPort(given["peer"], "peer", peer_port);
  if (given.Has("interface")) options.interface = arguments::InterfaceName(given["interface"]);
  for (const Napi::Value group : given.List("groups")) {
    options.groups.push_back(arguments::HostAndPort(group, "group", 0));
  }
  options.multicast_ttl = static_cast<int>(given.Number("multicastTtl", 255).value_or(1));
  options.dscp = static_cast<int>(given.Number("dscp", 63).value_or(0));
  options.receive_buffer =
      static_cast<int>(given.Number("receiveBuffer", kReceiveBufferOctets).value_or(kReceiveBufferOctets));
  options.stamps = ReadStampOptions(given);
  return options;
}

EthernetOptions ReadEthernetOptions(const arguments::Options& given) {
  EthernetOptions options;
  options.interface = arguments::InterfaceName(given["interface"]);
  options.ether_type = static_cast<uint16_t>(Whole(given["etherType"], "etherType", 65535));
  for (const Napi::Value group : given.List("groups")) options.groups.push_back(arguments::MacAddress(group, "group"));
  options.stamps = ReadStampOptions(given);
  return options;
}

/** openUdp(options, callback): number */
Napi::Value OpenUdp(const Napi::CallbackInfo& info) {
  const UdpOptions options = ReadUdpOptions(arguments::Options(info[0]));
  arguments::Callback(info[1]);
  return Open(info, std::make_unique<UdpSocket>(options), 1);
}

/** openEthernet(options, callback): number */
Napi::Value OpenEthernet(const Napi::CallbackInfo& info) {
  const EthernetOptions options = ReadEthernetOptions(arguments::Options(info[0]));
  arguments::Callback(info[1]);
  return Open(info, std::make_unique<EthernetSocket>(options), 1);
}

/** answerPdelayOverUdp(socket: as openUdp, group, answers): number */
Napi::Value AnswerPdelayOverUdp(const Napi::CallbackInfo& info) {
  return StateOf(info).responders.OverUdp(info, ReadUdpOptions(arguments::Options(info[0])));
}

/** answerPdelayOverEthernet(socket: as openEthernet, group, answers): number */
Napi::Value AnswerPdelayOverEthernet(const Napi::CallbackInfo& info) {
  return StateOf(info).responders.OverEthernet(info, ReadEthernetOptions(arguments::Options(info[0])));
}

/** readPdelay(responder): its counters */
Napi::Value ReadPdelay(const Napi::CallbackInfo& info) { return StateOf(info).responders.Read(info); }

/** closePdelay(responder): waits for its thread. Does nothing when the responder is closed. */
Napi::Value ClosePdelay(const Napi::CallbackInfo& info) { return StateOf(info).responders.Close(info); }

/** The functions of exchange-registry.h that belong to this environment. */
Napi::Value OpenExchange(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.Open(info); }
Napi::Value ReceiveRequests(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.Receive(info); }
Napi::Value SendReplies(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.Send(info); }
Napi::Value ReadStamps(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.ReadStamps(info); }
Napi::Value SendFollowUps(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.SendFollowUps(info); }
Napi::Value RequestAddresses(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.Addresses(info); }
Napi::Value CloseExchange(const Napi::CallbackInfo& info) { return StateOf(info).exchanges.Close(info); }

/** openUnix(path, mode, callback): number */
Napi::Value OpenUnix(const Napi::CallbackInfo& info) {
  const std::string path = arguments::Text(info[0], "path", UnixPathLimit());
  const uint32_t mode = Whole(info[1], "mode", 0777);
  arguments::Callback(info[2]);
  return Open(info, std::make_unique<UnixSocket>(path, mode), 2);
}

/** openSharedMemory(key, octets, mode | undefined): { memory, owner, mode } */
Napi::Value OpenSharedMemory(const Napi::CallbackInfo& info) {
  constexpr uint32_t kMostOctets = 1 << 20;
  const uint32_t key = Whole(info[0], "key", UINT32_MAX);
  if (key == IPC_PRIVATE) throw arguments::Wrong(info.Env(), "key", "that of a segment that others can find");
  const uint32_t octets = Whole(info[1], "octets", kMostOctets);
  std::optional<mode_t> mode;
  if (!info[2].IsUndefined()) mode = Whole(info[2], "mode", 0777);
  const SharedSegment segment = AttachShared(key, octets, mode);
  Napi::Object result = Napi::Object::New(info.Env());
  // The memory is detached when JavaScript has no more use for it.
  result["memory"] =
      Napi::ArrayBuffer::New(info.Env(), segment.memory, octets, [](Napi::Env, void* memory) { DetachShared(memory); });
  result["owner"] = Napi::Number::New(info.Env(), segment.owner);
  result["mode"] = Napi::Number::New(info.Env(), segment.mode);
  return result;
}

/** watchLinks(callback): number */
Napi::Value WatchLinks(const Napi::CallbackInfo& info) {
  arguments::Callback(info[0]);
  return Open(info, std::make_unique<LinkWatch>(), 0);
}

/** hasAesSiv(): boolean */
Napi::Value HasAesSiv(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), StateOf(info).aead.ready());
}

/** aesSiv(memory, operations: Int32Array, count): see aead.h */
Napi::Value AesSiv(const Napi::CallbackInfo& info) {
  const arguments::Octets memory = arguments::Payload(info[0], "memory");
  const bool numbers =
      info[1].IsTypedArray() && info[1].As<Napi::TypedArray>().TypedArrayType() == napi_int32_array;
  if (!numbers) throw arguments::Wrong(info.Env(), "operations", "an Int32Array");
  auto operations = info[1].As<Napi::Int32Array>();
  const auto most = static_cast<uint32_t>(operations.ElementLength() / kOperationNumbers);
  const uint32_t count = Whole(info[2], "count", most);
  AeadMachine& machine = StateOf(info).aead;
  if (count > 0 && machine.ready()) {
    machine.Run(const_cast<uint8_t*>(memory.data), memory.length,
                reinterpret_cast<AeadOperation*>(operations.Data()), count);
  }
  return info.Env().Undefined();
}

/** judgeChain(chain: Uint8Array[], authorities, name, isAddress, at: s since 1970): number, see certificate.h */
Napi::Value JudgeChainAt(const Napi::CallbackInfo& info) {
  if (!info[0].IsArray() || info[0].As<Napi::Array>().Length() > kLongestChain) {
    throw arguments::Wrong(info.Env(), "chain", "an array of at most 16 certificates");
  }
  const auto chain = info[0].As<Napi::Array>();
  ChainQuestion question;
  for (uint32_t i = 0; i < chain.Length(); i++) {
    const arguments::Octets octets = arguments::Payload(chain.Get(i), "chain");
    question.chain.emplace_back(reinterpret_cast<const char*>(octets.data), octets.length);
  }
  question.authorities = arguments::Text(info[1], "authorities", 1 << 24);
  question.name = arguments::Text(info[2], "name", 255);
  question.is_address = arguments::Flag(info[3], "isAddress");
  question.at = arguments::Whole(info[4], "at", UINT32_MAX);
  return Napi::Number::New(info.Env(), JudgeChain(question));
}

/** close(socket): does nothing when the socket is closed. */
Napi::Value Close(const Napi::CallbackInfo& info) {
  Channel* channel = Find(info, 0);
  if (channel == nullptr) return info.Env().Undefined();
  channel->Close();
  StateOf(info).channels.erase(Whole(info[0], "socket", UINT32_MAX));
  return info.Env().Undefined();
}

/** send(socket, payload, address | undefined, port, from | undefined, before: BigInt64Array): number */
Napi::Value Send(const Napi::CallbackInfo& info) {
  UdpSocket& socket = Udp(info);
  const arguments::Octets payload = arguments::Payload(info[1], "payload");
  std::optional<Address> to;
  std::optional<Address> from;
  const uint32_t port = Whole(info[3], "port", 65535);
  if (!info[2].IsUndefined()) to = arguments::HostAndPort(info[2], "address", port);
  if (!info[4].IsUndefined()) from = arguments::HostAndPort(info[4], "from", 0);
  int64_t* out = arguments::MomentOut(info[5]);
  Moment before;
  const Channel::PollingSuspension suspension(Find(info, 0));
  const uint32_t number = socket.Send(payload.data, payload.length, to, from, &before);
  results::Write(before, out);
  return Napi::Number::New(info.Env(), number);
}

/** sendEthernet(socket, payload, to, before: BigInt64Array): number */
Napi::Value SendEthernet(const Napi::CallbackInfo& info) {
  auto& socket = SocketAt<EthernetSocket>(info, 0, "Ethernet");
  const arguments::Octets payload = arguments::Payload(info[1], "payload");
  const Mac to = arguments::MacAddress(info[2], "address");
  int64_t* out = arguments::MomentOut(info[3]);
  Moment before;
  const Channel::PollingSuspension suspension(Find(info, 0));
  const uint32_t number = socket.Send(payload.data, payload.length, to, &before);
  results::Write(before, out);
  return Napi::Number::New(info.Env(), number);
}

/** local(socket): { address, port } */
Napi::Value Local(const Napi::CallbackInfo& info) {
  return results::Endpoint(info.Env(), Udp(info).Local());
}

/** sendUnix(path, payload, socket | undefined) */
Napi::Value SendUnixDatagram(const Napi::CallbackInfo& info) {
  const std::string path = arguments::Text(info[0], "path", UnixPathLimit());
  const arguments::Octets payload = arguments::Payload(info[1], "payload");
  if (info[2].IsUndefined()) SendUnix(path, payload.data, payload.length);
  else SocketAt<UnixSocket>(info, 2, "Unix").Send(path, payload.data, payload.length);
  return info.Env().Undefined();
}

/** exitWithin(delayMs, status). Exit handlers do not run, because they wait for the threads. */
Napi::Value ExitWithin(const Napi::CallbackInfo& info) {
  const std::chrono::milliseconds delay(arguments::Whole(info[0], "delayMs", 60'000));
  const int status = static_cast<int>(arguments::Whole(info[1], "status", 255));
  if (delay.count() == 0) _exit(status);
  std::thread([delay, status] {
    std::this_thread::sleep_for(delay);
    _exit(status);
  }).detach();
  return info.Env().Undefined();
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
  Export<OpenEthernet>(exports, "openEthernet");
  Export<AnswerPdelayOverUdp>(exports, "answerPdelayOverUdp");
  Export<AnswerPdelayOverEthernet>(exports, "answerPdelayOverEthernet");
  Export<ReadPdelay>(exports, "readPdelay");
  Export<ClosePdelay>(exports, "closePdelay");
  Export<ExchangeRegistry::OpenSocket>(exports, "openServerSocket");
  Export<ExchangeRegistry::SocketAddress>(exports, "serverSocketAddress");
  Export<ExchangeRegistry::SteerByClient>(exports, "steerByClient");
  Export<ExchangeRegistry::CloseSocket>(exports, "closeServerSocket");
  Export<OpenExchange>(exports, "openExchange");
  Export<ReceiveRequests>(exports, "receiveRequests");
  Export<SendReplies>(exports, "sendReplies");
  Export<ReadStamps>(exports, "readStamps");
  Export<SendFollowUps>(exports, "sendFollowUps");
  Export<RequestAddresses>(exports, "requestAddresses");
  Export<CloseExchange>(exports, "closeExchange");
  Export<OpenUnix>(exports, "openUnix");
  Export<OpenSharedMemory>(exports, "openSharedMemory");
  Export<WatchLinks>(exports, "watchLinks");
  Export<Send>(exports, "send");
  Export<SendEthernet>(exports, "sendEthernet");
  Export<SendUnixDatagram>(exports, "sendUnix");
  Export<readings::ReadInterfaceNow>(exports, "readInterface");
  Export<readings::ReadStampConfigNow>(exports, "readStampConfig");
  Export<readings::WriteStampConfigNow>(exports, "writeStampConfig");
  Export<Local>(exports, "local");
  Export<Close>(exports, "close");
  Export<readings::ReadMomentInto>(exports, "readMoment");
  Export<readings::MonotonicRaw>(exports, "monotonicRaw");
  Export<readings::Slept>(exports, "slept");
  Export<readings::ReadTimex>(exports, "readTimex");
  Export<ExitWithin>(exports, "exitWithin");
  Export<JudgeChainAt>(exports, "judgeChain");
  Export<HasAesSiv>(exports, "hasAesSiv");
  Export<AesSiv>(exports, "aesSiv");
  return exports;
}

}  // namespace

NODE_API_MODULE(timehub, Init)
