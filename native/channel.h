#pragma once
#include <node_api.h>

#include <functional>
#include <memory>

#include "libuv.h"
#include "source.h"

/**
 * Connects a source to Node's event loop: when the source is readable, fills the arena and calls JavaScript as
 * `callback(arena, count)`. Deletes itself after Close(), once libuv has released the handle.
 */
class Channel {
 public:
  /** Throws std::system_error. `arena` returns the thread's arena as an ArrayBuffer and as memory. */
  Channel(napi_env env, std::unique_ptr<Source> source, napi_value callback,
          std::function<napi_value(napi_env, Arena*)> arena);

  Source& source() { return *source_; }

  /**
   * Suspends polling of the channel for its lifetime. The kernel queues the transmit stamp after it was taken and before the
   * datagram leaves; a polled queue wakes its reader there, which takes more than 1 us and counts as network delay. Input that
   * arrives meanwhile is read afterwards. A channel that is just being read suspends polling once for all datagrams that are sent
   * meanwhile, because each change is a system call. Because libuv forgets a pending event when polling stops, a channel suspends polling
   * at most kSlots times before it has been read again.
   */
  class PollingSuspension {
   public:
    explicit PollingSuspension(Channel* channel);
    ~PollingSuspension();
    PollingSuspension(const PollingSuspension&) = delete;
    PollingSuspension& operator=(const PollingSuspension&) = delete;

   private:
    Channel* channel_ = nullptr;
  };

  /** Closes the descriptor at once. The callback is not called again. May be called from the callback. */
  void Close();

 private:
  ~Channel() = default;
  static void OnPoll(uv_poll_s* handle, int status, int events);
  static void OnClosed(uv_poll_s* handle);
  static void OnTeardown(napi_async_cleanup_hook_handle hook, void* self);
  void Watch();
  bool MaySuspend();
  void Deliver();

  napi_env env_;
  std::unique_ptr<Source> source_;
  std::function<napi_value(napi_env, Arena*)> arena_;
  napi_ref callback_ = nullptr;
  napi_async_context context_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  uv_poll_s* handle_ = nullptr;
  int suspensions_ = 0;  // of polling, since the channel was last read
  bool reading_ = false;
  bool suspended_ = false;  // until the end of the reading
  bool closed_ = false;
};
