#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "batch.h"
#include "clocks.h"
#include "source.h"

// A thousand clients while the process waits half a second for the processor. The kernel clamps it to net.core.rmem_max.
constexpr int kReceiveBufferOctets = 1 << 22;

struct StampOptions {
  bool transmit = false;
  bool hardware = false;
  std::optional<uint32_t> clock;  // the virtual hardware clock to stamp by
};

/**
 * Keeps software receive stamps switched on for the whole machine while this process lives. The kernel turns them off with
 * the last socket that wanted them, and on again only some time after the next: the first datagrams have none then.
 */
void KeepStampsOn();

/** Throws std::system_error with `call` as its text when a system call failed. */
int Checked(int result, const char* call);
void SetOption(int fd, int level, int option, int value, const char* name);
/** SO_BINDTODEVICE. */
void BindToDevice(int fd, const std::string& interface);

/** A datagram socket whose datagrams the kernel or the hardware stamps, both ways. */
class StampedSocket : public Source {
 public:
  int Fill(Arena arena) override;
  bool EchoesSends() const override { return options_.transmit && !options_.hardware; }

 protected:
  explicit StampedSocket(const StampOptions& options) : options_(options) {}

  /** Once `fd_` is open, and bound to its device where `clock` is given. */
  void StartStamps(int receive_buffer = kReceiveBufferOctets);

  /** Sends one datagram and returns its number. `before` receives the moment just before the call. */
  uint32_t SendStamped(const msghdr& message, Moment* before);

  virtual int FillFromQueue(Arena arena, int used) = 0;
  static void WriteReceived(const Control& control, const Moment& now, Record* record);
  static Batch& batch();

 private:
  struct Pending {
    uint32_t number = 0;
    int64_t before = 0;
    int64_t software = 0;  // the kernel's stamp, when that of the hardware is awaited
  };

  /** Returns 0 or the errno. */
  int SendOnce(const msghdr& message, Moment* before);
  /** Makes the kernel count transmit stamps from 0 again, from the next datagram on. */
  void RestartNumbering();
  void SetFlags(uint32_t flags);
  int FillFromErrorQueue(Arena arena);
  /** False when the stamp is not (yet) one to deliver. */
  bool WriteSent(const Control& control, const Moment& now, Record* record);

  StampOptions options_;
  uint32_t next_ = 0;
  uint32_t first_ = 0;  // the number of the datagram that the kernel counts as 0
  int64_t restarted_ = 0;  // CLOCK_MONOTONIC_RAW of the last failed send
  std::array<Pending, 256> pending_;
};
