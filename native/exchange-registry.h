#pragma once
#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "exchange.h"

/**
 * Exchanges of one JavaScript environment, and the server sockets of the process, identified by numbers. The environment of the
 * main thread opens the sockets, those of workers receive from them; a socket is closed when the last of them has let it go.
 */
class ExchangeRegistry {
 public:
  /** openServerSocket({ address, port, v6Only, join, share, deaf, transmitStamps, interface, dscp, receiveBuffer }): number */
  static Napi::Value OpenSocket(const Napi::CallbackInfo& info);
  /** serverSocketAddress(socket): { address, port } */
  static Napi::Value SocketAddress(const Napi::CallbackInfo& info);
  /** steerByClient(socket, count) */
  static Napi::Value SteerByClient(const Napi::CallbackInfo& info);
  /** closeServerSocket(socket): does nothing when it is closed. */
  static Napi::Value CloseSocket(const Napi::CallbackInfo& info);

  /** openExchange(sockets, batch: ArrayBuffer, { stamps: ArrayBuffer, senders, nextPorts } | undefined): number */
  Napi::Value Open(const Napi::CallbackInfo& info);
  /** receiveRequests(exchange, coalesceNs): the number of requests in the batch. Foresees the replies of the first `chunk`. */
  Napi::Value Receive(const Napi::CallbackInfo& info);
  /** sendReplies(exchange, first, end): the number of replies that could not be sent. Foresees those of the next chunk. */
  Napi::Value Send(const Napi::CallbackInfo& info);
  /** readStamps(exchange): the number of transmit stamps that have come */
  Napi::Value ReadStamps(const Napi::CallbackInfo& info);
  /** sendFollowUps(exchange, count): the number of those that could not be sent */
  Napi::Value SendFollowUps(const Napi::CallbackInfo& info);
  /** requestAddresses(exchange, slot): { client, local } as texts */
  Napi::Value Addresses(const Napi::CallbackInfo& info);
  /** closeExchange(exchange): does nothing when it is closed. */
  Napi::Value Close(const Napi::CallbackInfo& info);

 private:
  struct Entry {
    std::unique_ptr<Exchange> exchange;
    Napi::Reference<Napi::ArrayBuffer> memory;
    Napi::Reference<Napi::ArrayBuffer> stamp_memory;  // empty: no transmit stamps
    int count = 0;        // requests in the batch
    int stamp_count = 0;  // stamps that were read last

    BatchMemory* batch();
    StampMemory* stamps();
  };

  Entry& At(const Napi::CallbackInfo& info);

  std::map<uint32_t, Entry> exchanges_;
  uint32_t next_ = 1;
};
