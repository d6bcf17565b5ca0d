#pragma once
#include <unistd.h>

#include "arena.h"

/** An open descriptor that yields records. */
class Source {
 public:
  virtual ~Source() { Close(); }
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /** Reads what is there without waiting, at most kSlots records. Returns how many. */
  virtual int Fill(Arena arena) = 0;

  /** What it sends comes back to it as something to read, before it has left. */
  virtual bool EchoesSends() const { return false; }

  int fd() const { return fd_; }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 protected:
  int fd_ = -1;
};
