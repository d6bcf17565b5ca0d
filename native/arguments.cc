#include "arguments.h"

#include <net/if.h>

#include <cmath>
#include <cstring>

namespace arguments {

namespace {
constexpr uint32_t kLongestList = 16;
constexpr size_t kLongestAddress = 63;
}  // namespace

Napi::TypeError Wrong(Napi::Env env, const char* name, const std::string& expected) {
  return Napi::TypeError::New(env, std::string(name) + " must be " + expected);
}

uint32_t Whole(Napi::Value value, const char* name, uint32_t max) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= max) || number != std::floor(number)) {
    throw Wrong(value.Env(), name, "a whole number up to " + std::to_string(max));
  }
  return static_cast<uint32_t>(number);
}

int64_t Nanoseconds(Napi::Value value, const char* name) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number > -1e9 && number < 1e9)) throw Wrong(value.Env(), name, "nanoseconds, less than a second");
  return std::llround(number);
}

bool Flag(Napi::Value value, const char* name) {
  if (!value.IsBoolean()) throw Wrong(value.Env(), name, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

std::string Text(Napi::Value value, const char* name, size_t max) {
  if (!value.IsString()) throw Wrong(value.Env(), name, "a string");
  const std::string text = value.As<Napi::String>().Utf8Value();
  if (text.empty() || text.size() > max || text.find('\0') != std::string::npos) {
    throw Wrong(value.Env(), name, "1 to " + std::to_string(max) + " octets without NUL");
  }
  return text;
}

std::string InterfaceName(Napi::Value value) { return Text(value, "interface", IFNAMSIZ - 1); }

Address HostAndPort(Napi::Value value, const char* name, uint32_t port) {
  Address out;
  char text[kLongestAddress + 2];
  size_t length = 0;
  // In one pass without an allocation: it is done for each datagram that is sent. `Text` explains what is wrong.
  const bool read = napi_get_value_string_utf8(value.Env(), value, text, sizeof text, &length) == napi_ok;
  if (!read || length > kLongestAddress || std::memchr(text, 0, length) != nullptr) Text(value, name, kLongestAddress);
  if (!ParseAddress(std::string(text, length), static_cast<uint16_t>(port), &out)) {
    throw Wrong(value.Env(), name, "an IP address");
  }
  return out;
}

Mac MacAddress(Napi::Value value, const char* name) {
  Mac out;
  if (!ParseMac(Text(value, name, kLongestAddress), &out)) throw Wrong(value.Env(), name, "a MAC address");
  return out;
}

Napi::Function Callback(Napi::Value value) {
  if (!value.IsFunction()) throw Wrong(value.Env(), "callback", "a function");
  return value.As<Napi::Function>();
}

Octets Payload(Napi::Value value, const char* name) {
  const bool octets = value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  if (!octets) throw Wrong(value.Env(), name, "a Uint8Array");
  const auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ByteLength()};
}

int64_t* MomentOut(Napi::Value value) {
  const bool fits = value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_bigint64_array &&
                    value.As<Napi::TypedArray>().ElementLength() >= 3;
  if (!fits) throw Wrong(value.Env(), "moment", "a BigInt64Array of three");
  return value.As<Napi::BigInt64Array>().Data();
}

Options::Options(Napi::Value value) {
  if (!value.IsObject()) throw Wrong(value.Env(), "options", "an object");
  object_ = value.As<Napi::Object>();
}

bool Options::On(const char* name) const {
  const Napi::Value value = object_.Get(name);
  return !value.IsUndefined() && Flag(value, name);
}

std::optional<uint32_t> Options::Number(const char* name, uint32_t max) const {
  const Napi::Value value = object_.Get(name);
  return value.IsUndefined() ? std::nullopt : std::optional(Whole(value, name, max));
}

std::vector<Napi::Value> Options::List(const char* name) const {
  const Napi::Value value = object_.Get(name);
  if (value.IsUndefined()) return {};
  if (!value.IsArray() || value.As<Napi::Array>().Length() > kLongestList) {
    throw Wrong(value.Env(), name, "an array of at most " + std::to_string(kLongestList));
  }
  const auto array = value.As<Napi::Array>();
  const uint32_t length = array.Length();
  std::vector<Napi::Value> out;
  for (uint32_t i = 0; i < length; i++) out.push_back(array.Get(i));
  return out;
}

}  // namespace arguments
