#include "shared-memory.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#include <cerrno>
#include <system_error>

namespace {
[[noreturn]] void Fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }
}  // namespace

SharedSegment AttachShared(uint32_t key, size_t octets, std::optional<mode_t> mode) {
  const int id = shmget(static_cast<key_t>(key), octets, mode ? IPC_CREAT | static_cast<int>(*mode) : 0);
  if (id < 0) Fail("shmget");
  shmid_ds facts;
  if (shmctl(id, IPC_STAT, &facts) < 0) Fail("shmctl");
  void* memory = shmat(id, nullptr, 0);
  if (memory == reinterpret_cast<void*>(-1)) Fail("shmat");
  return {memory, facts.shm_perm.uid, static_cast<mode_t>(facts.shm_perm.mode & 0777)};
}

void DetachShared(void* memory) { shmdt(memory); }
