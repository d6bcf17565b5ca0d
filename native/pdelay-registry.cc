#include "pdelay-registry.h"

#include "arguments.h"

namespace {
// IEEE 1588-2019 annexes C and D.
constexpr uint16_t kEventPort = 319;
constexpr uint16_t kGeneralPort = 320;

std::vector<uint8_t> Copy(Napi::Value value, const char* name) {
  const arguments::Octets octets = arguments::Payload(value, name);
  return {octets.data, octets.data + octets.length};
}

PdelayOptions ReadOptions(const Napi::CallbackInfo& info, const StampOptions& stamps) {
  const arguments::Options given(info[2]);
  PdelayOptions options;
  options.response = Copy(given["response"], "response");
  options.follow_up = Copy(given["followUp"], "followUp");
  options.ingress_ns = arguments::Nanoseconds(given["ingressNs"], "ingressNs");
  options.egress_ns = arguments::Nanoseconds(given["egressNs"], "egressNs");
  options.hardware = stamps.hardware;
  if (!IsPdelayPair(options)) throw arguments::Wrong(info.Env(), "response and followUp", "messages of 54 to 2048 octets");
  if (!stamps.transmit) throw arguments::Wrong(info.Env(), "transmitStamps", "true");
  return options;
}
}  // namespace

Napi::Value PdelayRegistry::OverUdp(const Napi::CallbackInfo& info, const UdpOptions& socket_options) {
  const PdelayOptions options = ReadOptions(info, socket_options.stamps);
  const Address event = arguments::HostAndPort(info[1], "group", kEventPort);
  const Address general = arguments::HostAndPort(info[1], "group", kGeneralPort);
  auto socket = std::make_unique<UdpSocket>(socket_options);
  FilterPdelayOverUdp(socket->fd(), options.response);
  const auto to = [raw = socket.get()](const Address& address) {
    return [raw, address](const std::vector<uint8_t>& octets, Moment* before) {
      return raw->Send(octets.data(), octets.size(), address, std::nullopt, before);
    };
  };
  return Keep(info, std::make_unique<PdelayResponder>(options, std::move(socket), to(event), to(general)));
}

Napi::Value PdelayRegistry::OverEthernet(const Napi::CallbackInfo& info, const EthernetOptions& socket_options) {
  const PdelayOptions options = ReadOptions(info, socket_options.stamps);
  const Mac group = arguments::MacAddress(info[1], "group");
  auto socket = std::make_unique<EthernetSocket>(socket_options);
  FilterPdelayOverEthernet(socket->fd(), socket_options.ether_type, options.response);
  const auto send = [raw = socket.get(), group](const std::vector<uint8_t>& octets, Moment* before) {
    return raw->Send(octets.data(), octets.size(), group, before);
  };
  return Keep(info, std::make_unique<PdelayResponder>(options, std::move(socket), send, send));
}

Napi::Value PdelayRegistry::Read(const Napi::CallbackInfo& info) const {
  const auto found = responders_.find(arguments::Whole(info[0], "responder", UINT32_MAX));
  if (found == responders_.end()) throw arguments::Wrong(info.Env(), "responder", "an open responder");
  const PdelayCounts counts = found->second->counts();
  Napi::Object out = Napi::Object::New(info.Env());
  const auto put = [&](const char* name, auto value) {
    out[name] = Napi::Number::New(info.Env(), static_cast<double>(value));
  };
  put("requests", counts.requests);
  put("responses", counts.responses);
  put("followUps", counts.follow_ups);
  put("unstamped", counts.unstamped);
  put("unsent", counts.unsent);
  put("late", counts.late);
  put("latestNs", counts.latest_ns);
  put("longestNs", counts.longest_ns);
  out["realTime"] = Napi::Boolean::New(info.Env(), found->second->real_time());
  return out;
}

Napi::Value PdelayRegistry::Close(const Napi::CallbackInfo& info) {
  responders_.erase(arguments::Whole(info[0], "responder", UINT32_MAX));
  return info.Env().Undefined();
}

Napi::Value PdelayRegistry::Keep(const Napi::CallbackInfo& info, std::unique_ptr<PdelayResponder> responder) {
  const uint32_t id = next_++;
  responders_[id] = std::move(responder);
  return Napi::Number::New(info.Env(), id);
}
