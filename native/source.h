#pragma once
#include <unistd.h>

#include "arena.h"

/** An open descriptor from which records are read. */
class Source {
 public:
  virtual ~Source() { Close(); }
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /** Reads at most kSlots waiting records without blocking. Returns their number. */
  virtual int Fill(Arena arena) = 0;

  /** Returns true when a send makes the descriptor readable (by its transmit stamp) before the datagram has left. */
  virtual bool EchoesSends() const { return false; }

  int fd() const { return fd_; }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 protected:
  int fd_ = -1;
};
