#pragma once
#include <node_api.h>

#include <functional>
#include <memory>

#include "libuv.h"
#include "source.h"

/**
 * A source watched by Node's event loop: whenever there is something to read, fills the arena and calls JavaScript as
 * `callback(arena, count)`. Deletes itself after Close(), when libuv has let go of the handle.
 */
class Channel {
 public:
  /** Throws std::system_error. `arena` yields the thread's arena as an ArrayBuffer and as memory. */
  Channel(napi_env env, std::unique_ptr<Source> source, napi_value callback,
          std::function<napi_value(napi_env, Arena*)> arena);

  Source& source() { return *source_; }

  /**
   * The event loop looks away while one lives. The kernel queues its transmit stamp between taking it and handing the
   * datagram on, and a queue that is watched wakes the watcher there: more than a microsecond, which counts as delay of the
   * network. What came meanwhile is seen afterwards; libuv forgets what it has just been told of it, so that a channel over
   * which others never cease to send looks away only so many times before it has been heard.
   */
  class Unwatched {
   public:
    explicit Unwatched(Channel* channel);
    ~Unwatched();
    Unwatched(const Unwatched&) = delete;
    Unwatched& operator=(const Unwatched&) = delete;

   private:
    Channel* channel_;
  };

  /** Ends it at once: the descriptor is closed, the callback is not called again. May be called from the callback. */
  void Close();

 private:
  ~Channel() = default;
  static void OnPoll(uv_poll_s* handle, int status, int events);
  static void OnClosed(uv_poll_s* handle);
  static void OnTeardown(napi_async_cleanup_hook_handle hook, void* self);
  void Watch();
  bool MayLookAway();
  void Deliver();

  napi_env env_;
  std::unique_ptr<Source> source_;
  std::function<napi_value(napi_env, Arena*)> arena_;
  napi_ref callback_ = nullptr;
  napi_async_context context_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  uv_poll_s* handle_ = nullptr;
  int looks_away_ = 0;  // since it was last heard
  bool closed_ = false;
};
