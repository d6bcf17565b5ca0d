#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "batch.h"
#include "clocks.h"
#include "source.h"

// Receive buffer, octets: holds the requests of a thousand clients while the process waits 0.5 s for the processor. The kernel
// limits it to net.core.rmem_max.
constexpr int kReceiveBufferOctets = 1 << 22;

struct StampOptions {
  bool transmit = false;
  bool hardware = false;
  std::optional<uint32_t> clock;  // N of /dev/ptpN: the virtual hardware clock that makes the stamps
};

/**
 * Keeps software receive stamps enabled on this machine until the process exits. The kernel disables them when the last socket
 * that uses them closes, and enables them again with a delay: the first datagrams would have no stamp.
 */
void KeepStampsOn();

/** Returns `result`. Throws std::system_error with `call` as its text when it is negative. */
int Checked(int result, const char* call);
void SetOption(int fd, int level, int option, int value, const char* name);
/** SO_BINDTODEVICE. */
void BindToDevice(int fd, const std::string& interface);

/** A datagram socket with kernel or hardware stamps in both directions. */
class StampedSocket : public Source {
 public:
  int Fill(Arena arena) override;
  bool EchoesSends() const override { return options_.transmit && !options_.hardware; }

 protected:
  explicit StampedSocket(const StampOptions& options) : options_(options) {}

  /** Enables the stamps. `fd_` is open, and bound to its device if `clock` is given. */
  void StartStamps(int receive_buffer = kReceiveBufferOctets);

  /** Sends one datagram and returns its number. `before` receives the moment just before the system call. */
  uint32_t SendStamped(const msghdr& message, Moment* before);

  virtual int FillFromQueue(Arena arena, int used) = 0;
  static void WriteReceived(const Control& control, const Moment& now, Record* record);
  static Batch& batch();

 private:
  struct Pending {
    uint32_t number = 0;
    int64_t before = 0;
    int64_t software = 0;  // the kernel's stamp while the hardware's is awaited; 0: none
  };

  /** Returns 0 or the errno. `before` receives the moment just before the system call. */
  int SendOnce(const msghdr& message, Moment* before);
  /** Resets the kernel's counter of transmit stamps: the next datagram is number 0. */
  void RestartNumbering();
  void SetFlags(uint32_t flags);
  int FillFromErrorQueue(Arena arena);
  /** Returns false when the stamp is not delivered: it is unknown, stale, or the hardware's is still awaited. */
  bool WriteSent(const Control& control, const Moment& now, Record* record);

  StampOptions options_;
  uint32_t next_ = 0;
  uint32_t first_ = 0;  // our number of the datagram that the kernel counts as 0
  int64_t restarted_ = 0;  // CLOCK_MONOTONIC_RAW of the last failed send
  std::array<Pending, 256> pending_;
};
