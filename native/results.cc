#include "results.h"

namespace results {

Napi::Object Endpoint(Napi::Env env, const Address& address) {
  char text[64];
  const int32_t length = FormatAddress(address, text);
  Napi::Object out = Napi::Object::New(env);
  out["address"] = Napi::String::New(env, text, length);
  out["port"] = Napi::Number::New(env, PortOf(address));
  return out;
}

void Write(const Moment& moment, int64_t* out) {
  out[0] = moment.realtime;
  out[1] = moment.raw;
  out[2] = moment.monotonic;
}

}  // namespace results
