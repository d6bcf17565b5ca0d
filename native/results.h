#pragma once
#include <napi.h>

#include <cstdint>

#include "address.h"
#include "clocks.h"

// Values that functions return to JavaScript.

namespace results {

/** { address, port } */
Napi::Object Endpoint(Napi::Env env, const Address& address);

/** Writes the BigInt64Array [realtime, raw, monotonic] of `arguments::MomentOut`. */
void Write(const Moment& moment, int64_t* out);

}  // namespace results
