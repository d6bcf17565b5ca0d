#pragma once
#include <cstddef>

// Node exports libuv, but node-api-headers carries no uv.h and a machine without Node's own headers must still build the
// addon. These functions belong to the stable ABI of libuv 1.x. Handles are opaque; uv_handle_size returns their size.

struct uv_loop_s;
struct uv_poll_s;

extern "C" {
size_t uv_handle_size(int type);
const char* uv_handle_type_name(int type);
void* uv_handle_get_data(const uv_poll_s* handle);
void uv_handle_set_data(uv_poll_s* handle, void* data);
int uv_poll_init(uv_loop_s* loop, uv_poll_s* handle, int fd);
int uv_poll_start(uv_poll_s* handle, int events, void (*callback)(uv_poll_s* handle, int status, int events));
int uv_poll_stop(uv_poll_s* handle);
void uv_close(uv_poll_s* handle, void (*callback)(uv_poll_s* handle));
}

namespace libuv {
constexpr int kPollHandle = 8;  // UV_POLL; checked against uv_handle_type_name when the addon loads
constexpr int kReadable = 1;
constexpr int kPrioritized = 8;
}  // namespace libuv
