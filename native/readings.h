#pragma once
#include <napi.h>

// Functions that JavaScript sees: they read network interfaces and clocks.

namespace readings {

/** readInterface(name): { index, flags, mac, stamps, clock, transmitTypes, receiveFilters } */
Napi::Value ReadInterfaceNow(const Napi::CallbackInfo& info);
/** readStampConfig(name): { transmitType, receiveFilter } */
Napi::Value ReadStampConfigNow(const Napi::CallbackInfo& info);
/** writeStampConfig(name, transmitType, receiveFilter): the configuration that the driver chose */
Napi::Value WriteStampConfigNow(const Napi::CallbackInfo& info);
/** readMoment(out: BigInt64Array) */
Napi::Value ReadMomentInto(const Napi::CallbackInfo& info);
/** monotonicRaw(): bigint, ns */
Napi::Value MonotonicRaw(const Napi::CallbackInfo& info);
/** slept(): bigint, ns */
Napi::Value Slept(const Napi::CallbackInfo& info);
/** readTimex(): Uint8Array. The kernel's `struct timex` of the system clock. Changes nothing and needs no privilege. */
Napi::Value ReadTimex(const Napi::CallbackInfo& info);

}  // namespace readings
