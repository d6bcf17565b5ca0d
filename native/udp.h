#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "address.h"
#include "clocks.h"
#include "source.h"

struct UdpOptions {
  Address local;
  bool v6_only = false;
  bool transmit_stamps = false;
  std::optional<Address> peer;
};

/**
 * Keeps software receive stamps switched on for the whole machine while this process lives. The kernel turns them off with
 * the last socket that wanted them, and on again only some time after the next: the first datagrams have none then.
 */
void KeepStampsOn();

/** A UDP socket with kernel stamps. Methods throw std::system_error whose text names the call. */
class UdpSocket : public Source {
 public:
  explicit UdpSocket(const UdpOptions& options);

  int Fill(Arena arena) override;

  /** Sends one datagram and returns its number. `before` receives the moment just before the call. */
  uint32_t Send(const uint8_t* payload, size_t octets, const std::optional<Address>& to,
                const std::optional<Address>& from, Moment* before);

  Address Local() const;

 private:
  struct Pending {
    uint32_t number = 0;
    int64_t before = 0;
  };

  /** Returns 0 or the errno. */
  int SendOnce(const msghdr& message, Moment* before);
  void Configure(const UdpOptions& options);
  /** Makes the kernel count transmit stamps from 0 again, from the next datagram on. */
  void RestartNumbering();
  int FillFromErrorQueue(Arena arena);
  int FillFromQueue(Arena arena, int used);
  bool ReadSent(uint32_t kernel_number, int64_t stamp, Record* record) const;

  int family_ = 0;
  bool transmit_stamps_ = false;
  std::optional<Address> peer_;
  uint32_t next_ = 0;
  uint32_t first_ = 0;  // the number of the datagram that the kernel counts as 0
  std::array<Pending, 256> pending_;
};
