#pragma once
#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "ethernet.h"
#include "pdelay.h"
#include "udp.h"

/**
 * The responders of one environment, named by numbers. A call's arguments are the socket's options, which are read already,
 * the group, and `{ response, followUp, ingressNs, egressNs }`.
 */
class PdelayShelf {
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
