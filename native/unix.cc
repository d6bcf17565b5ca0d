#include "unix.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

#include "batch.h"
#include "clocks.h"

namespace {
thread_local Batch batch;

struct UnixAddress {
  sockaddr_un name{};
  socklen_t length;

  explicit UnixAddress(const std::string& path) {
    if (path.empty() || path.size() > UnixPathLimit()) {
      throw std::system_error(ENAMETOOLONG, std::generic_category(), "bind");
    }
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    const bool abstract = path[0] == '@';  // unix(7): such a name starts with NUL and ends with the address
    if (abstract) name.sun_path[0] = '\0';
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
  }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&name); }
};
}  // namespace

size_t UnixPathLimit() { return sizeof(sockaddr_un::sun_path) - 1; }

UnixSocket::UnixSocket(const std::string& path) {
  const UnixAddress address(path);
  fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  if (bind(fd_, address.data(), address.length) < 0) throw std::system_error(errno, std::generic_category(), "bind");
}

int UnixSocket::Fill(Arena arena) {
  const int count = batch.Receive(fd_, 0, arena, 0);
  if (count == 0) return 0;
  const Moment now = ReadMoment();
  int used = 0;
  for (int i = 0; i < count; i++) {
    if (batch.truncated(i)) continue;
    Record& record = arena.record(used++);
    record = {};
    record.number = batch.length(i);
    record.payload = arena.payload_offset(i);
    record.realtime = now.realtime;
    record.monotonic = now.raw;
  }
  return used;
}

void SendUnix(const std::string& path, const uint8_t* payload, size_t octets) {
  const UnixAddress address(path);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const ssize_t sent = sendto(fd, payload, octets, MSG_NOSIGNAL, address.data(), address.length);
  const int error = errno;
  ::close(fd);
  if (sent < 0) throw std::system_error(error, std::generic_category(), "sendto");
}
