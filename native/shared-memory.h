#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

/** An attached System V shared memory segment (shmget(2)). The caller detaches it with `DetachShared`. */
struct SharedSegment {
  void* memory;
  uid_t owner;
  mode_t mode;
};

/** Attaches the segment of a key. With `mode` it is made if there is none. Throws std::system_error. */
SharedSegment AttachShared(uint32_t key, size_t octets, std::optional<mode_t> mode);

void DetachShared(void* memory);
