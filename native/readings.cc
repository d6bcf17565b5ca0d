#include "readings.h"

#include <sys/timex.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "arguments.h"
#include "clocks.h"
#include "interface.h"
#include "results.h"

namespace {
Napi::Value Describe(Napi::Env env, const StampConfig& config) {
  Napi::Object out = Napi::Object::New(env);
  out["transmitType"] = Napi::Number::New(env, config.transmit_type);
  out["receiveFilter"] = Napi::Number::New(env, config.receive_filter);
  return out;
}
}  // namespace

namespace readings {

Napi::Value ReadInterfaceNow(const Napi::CallbackInfo& info) {
  const Interface interface = ReadInterface(arguments::InterfaceName(info[0]));
  char mac[32];
  const int32_t length = interface.mac ? FormatMac(interface.mac->data(), mac) : 0;
  Napi::Object out = Napi::Object::New(info.Env());
  out["index"] = Napi::Number::New(info.Env(), interface.index);
  out["flags"] = Napi::Number::New(info.Env(), interface.flags);
  out["mac"] = Napi::String::New(info.Env(), mac, length);
  out["stamps"] = Napi::Number::New(info.Env(), interface.stamps);
  out["clock"] = Napi::Number::New(info.Env(), interface.clock);
  out["transmitTypes"] = Napi::Number::New(info.Env(), interface.transmit_types);
  out["receiveFilters"] = Napi::Number::New(info.Env(), interface.receive_filters);
  return out;
}

Napi::Value ReadStampConfigNow(const Napi::CallbackInfo& info) {
  return Describe(info.Env(), ReadStampConfig(arguments::InterfaceName(info[0])));
}

Napi::Value WriteStampConfigNow(const Napi::CallbackInfo& info) {
  const std::string name = arguments::InterfaceName(info[0]);
  const auto transmit = static_cast<int32_t>(arguments::Whole(info[1], "transmitType", INT32_MAX));
  const auto receive = static_cast<int32_t>(arguments::Whole(info[2], "receiveFilter", INT32_MAX));
  return Describe(info.Env(), WriteStampConfig(name, {transmit, receive}));
}

Napi::Value ReadMomentInto(const Napi::CallbackInfo& info) {
  results::Write(ReadMoment(), arguments::MomentOut(info[0]));
  return info.Env().Undefined();
}

Napi::Value MonotonicRaw(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), ReadClock(CLOCK_MONOTONIC_RAW));
}

Napi::Value Slept(const Napi::CallbackInfo& info) { return Napi::BigInt::New(info.Env(), ReadSlept()); }

Napi::Value ReadTimex(const Napi::CallbackInfo& info) {
  timex state{};
  if (clock_adjtime(CLOCK_REALTIME, &state) < 0) throw std::system_error(errno, std::generic_category(), "clock_adjtime");
  auto out = Napi::Uint8Array::New(info.Env(), sizeof state);
  std::memcpy(out.Data(), &state, sizeof state);
  return out;
}

}  // namespace readings
