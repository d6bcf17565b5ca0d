#pragma once
#include <cstdint>

// The memory through which batches reach JavaScript: records first, then as many payload slots. All sockets of a thread share
// one arena, because a batch is read and delivered before the next is read. src/host/net/arena.ts mirrors this layout.

enum RecordKind : int32_t { kDatagram = 0, kSent = 1, kNetworkError = 2, kLinkChange = 3 };
enum StampedBy : int32_t { kByUs = 0, kByKernel = 1, kByHardware = 2 };  // by us: the clock was read after the event

struct Record {
  int64_t time;       // of the hardware clock that stamped it, else CLOCK_REALTIME, ns
  int64_t monotonic;  // CLOCK_MONOTONIC_RAW of the same moment, ns
  int32_t kind;
  int32_t number;   // kDatagram: length; kSent: the datagram's number; kNetworkError: errno
  int32_t stamped;  // StampedBy
  int32_t payload;  // offset in the arena
  int32_t port;
  int32_t from_length;
  int32_t to_length;
  int32_t to_many;  // 1: sent to a multicast or broadcast address, so every socket bound to the port receives it
  char from[112];  // sender: address (v4-mapped as plain v4) or path; for kNetworkError the destination that failed
  char to[64];
};
static_assert(sizeof(Record) == 224, "src/host/net/arena.ts knows this layout");

constexpr int kSlots = 32;
constexpr int kSlotOctets = 2048;  // longer datagrams are dropped: no time protocol sends them
constexpr int kPayloads = kSlots * static_cast<int>(sizeof(Record));
constexpr int kArenaOctets = kPayloads + kSlots * kSlotOctets;

struct Arena {
  uint8_t* base;
  Record& record(int index) const { return reinterpret_cast<Record*>(base)[index]; }
  int payload_offset(int slot) const { return kPayloads + slot * kSlotOctets; }
  uint8_t* payload(int slot) const { return base + payload_offset(slot); }
};
