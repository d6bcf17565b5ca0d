#pragma once
#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "ethernet.h"
#include "pdelay.h"
#include "udp.h"

/**
 * The Pdelay responders of one JavaScript environment, identified by numbers. Arguments of a call: the socket's options (parsed
 * by the caller), the group address, and `{ response, followUp, ingressNs, egressNs }`.
 */
class PdelayRegistry {
 public:
  Napi::Value OverUdp(const Napi::CallbackInfo& info, const UdpOptions& socket);
  Napi::Value OverEthernet(const Napi::CallbackInfo& info, const EthernetOptions& socket);
  Napi::Value Read(const Napi::CallbackInfo& info) const;
  Napi::Value Close(const Napi::CallbackInfo& info);

 private:
  Napi::Value Keep(const Napi::CallbackInfo& info, std::unique_ptr<PdelayResponder> responder);

  std::map<uint32_t, std::unique_ptr<PdelayResponder>> responders_;
  uint32_t next_ = 1;
};
