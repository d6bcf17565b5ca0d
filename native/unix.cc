#include "unix.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
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

int Open() {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  return fd;
}

/** Returns 0 or the errno. */
int Bind(int fd, const UnixAddress& address) { return bind(fd, address.data(), address.length) < 0 ? errno : 0; }

/** Returns true when no process has the socket file open. Sends nothing. */
bool IsForsaken(const UnixAddress& address) {
  const int fd = Open();
  const bool refused = connect(fd, address.data(), address.length) < 0 && errno == ECONNREFUSED;
  ::close(fd);
  struct stat file;
  return refused && lstat(address.name.sun_path, &file) == 0 && S_ISSOCK(file.st_mode);
}

/** Returns 0 or the errno. */
int SendFrom(int fd, const UnixAddress& to, const uint8_t* payload, size_t octets) {
  return sendto(fd, payload, octets, MSG_NOSIGNAL, to.data(), to.length) < 0 ? errno : 0;
}

/** Writes the path (`@name`: abstract; empty: unnamed) and returns its length. `out` holds 112 characters. */
int32_t FormatPath(const Address& address, char* out) {
  const size_t start = offsetof(sockaddr_un, sun_path);
  if (address.length <= start) return 0;
  const auto& name = reinterpret_cast<const sockaddr_un&>(address.storage);
  const size_t room = std::min<size_t>(address.length - start, sizeof name.sun_path);
  const bool abstract = name.sun_path[0] == '\0';
  const size_t length = abstract ? room : strnlen(name.sun_path, room);
  std::memcpy(out, name.sun_path, length);
  if (abstract) out[0] = '@';
  return static_cast<int32_t>(length);
}
}  // namespace

size_t UnixPathLimit() { return sizeof(sockaddr_un::sun_path) - 1; }

UnixSocket::UnixSocket(const std::string& path, mode_t mode) {
  const UnixAddress address(path);
  fd_ = Open();
  fchmod(fd_, mode);  // unix(7): the file gets the socket's mode less the umask, so it is never more accessible than `mode`
  int error = Bind(fd_, address);
  if (error == EADDRINUSE && IsForsaken(address)) {
    unlink(path.c_str());
    error = Bind(fd_, address);
  }
  if (error != 0) throw std::system_error(error, std::generic_category(), "bind");
  if (path[0] != '@' && chmod(path.c_str(), mode) < 0) throw std::system_error(errno, std::generic_category(), "chmod");
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
    record.time = now.realtime;
    record.monotonic = now.raw;
    record.from_length = FormatPath(batch.name(i), record.from);
  }
  return used;
}

void UnixSocket::Send(const std::string& path, const uint8_t* payload, size_t octets) const {
  const int error = SendFrom(fd_, UnixAddress(path), payload, octets);
  if (error != 0) throw std::system_error(error, std::generic_category(), "sendto");
}

void SendUnix(const std::string& path, const uint8_t* payload, size_t octets) {
  const UnixAddress address(path);
  const int fd = Open();
  const int error = SendFrom(fd, address, payload, octets);
  ::close(fd);
  if (error != 0) throw std::system_error(error, std::generic_category(), "sendto");
}
