#pragma once
#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "address.h"
#include "mac.h"

// Checks the arguments that JavaScript passes. Each function throws a TypeError that names the argument.

namespace arguments {

Napi::TypeError Wrong(Napi::Env env, const char* name, const std::string& expected);

/** A whole number from 0 to `max`. */
uint32_t Whole(Napi::Value value, const char* name, uint32_t max);
/** A duration between -1 s and 1 s, ns. */
int64_t Nanoseconds(Napi::Value value, const char* name);
bool Flag(Napi::Value value, const char* name);
/** 1 to `max` octets of UTF-8 without NUL. */
std::string Text(Napi::Value value, const char* name, size_t max);
std::string InterfaceName(Napi::Value value);
Address HostAndPort(Napi::Value value, const char* name, uint32_t port);
Mac MacAddress(Napi::Value value, const char* name);
Napi::Function Callback(Napi::Value value);

struct Octets {
  const uint8_t* data;
  size_t length;
};
Octets Payload(Napi::Value value, const char* name);

/** The BigInt64Array [realtime, raw, monotonic] that a call fills. */
int64_t* MomentOut(Napi::Value value);

/** An object of options. A property that is undefined counts as absent. */
class Options {
 public:
  explicit Options(Napi::Value value);
  Napi::Value operator[](const char* name) const { return object_.Get(name); }

  bool Has(const char* name) const { return !object_.Get(name).IsUndefined(); }
  bool On(const char* name) const;
  std::optional<uint32_t> Number(const char* name, uint32_t max) const;
  /** The elements of an array, at most 16; empty when the property is absent. */
  std::vector<Napi::Value> List(const char* name) const;

 private:
  Napi::Object object_;
};

}  // namespace arguments
