#include "channel.h"

#include <cstdlib>
#include <new>
#include <system_error>

namespace {
/** A handle scope, which does not exist when libuv calls. */
class Scope {
 public:
  explicit Scope(napi_env env) : env_(env) { napi_open_handle_scope(env, &scope_); }
  ~Scope() { napi_close_handle_scope(env_, scope_); }

 private:
  napi_env env_;
  napi_handle_scope scope_ = nullptr;
};
}  // namespace

Channel::Channel(napi_env env, std::unique_ptr<Source> source, napi_value callback,
                 std::function<napi_value(napi_env, Arena*)> arena)
    : env_(env), source_(std::move(source)), arena_(std::move(arena)) {
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  handle_ = static_cast<uv_poll_s*>(std::calloc(1, uv_handle_size(libuv::kPollHandle)));
  if (handle_ == nullptr) throw std::bad_alloc();
  const int status = uv_poll_init(loop, handle_, source_->fd());
  if (status < 0) {
    std::free(handle_);
    throw std::system_error(-status, std::generic_category(), "uv_poll_init");
  }
  uv_handle_set_data(handle_, this);
  napi_value name;
  napi_create_string_utf8(env, "timehub.socket", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &context_);
  napi_create_reference(env, callback, 1, &callback_);
  napi_add_async_cleanup_hook(env, OnTeardown, this, &hook_);
  Watch();
}

void Channel::Watch() { uv_poll_start(handle_, libuv::kReadable | libuv::kPrioritized, OnPoll); }

bool Channel::MaySuspend() { return source_->EchoesSends() && ++suspensions_ <= kSlots; }

Channel::PollingSuspension::PollingSuspension(Channel* channel) {
  if (channel->suspended_ || !channel->MaySuspend()) return;
  uv_poll_stop(channel->handle_);
  if (channel->reading_) channel->suspended_ = true;
  else channel_ = channel;
}

Channel::PollingSuspension::~PollingSuspension() {
  if (channel_ != nullptr) channel_->Watch();
}

void Channel::Close() {
  if (closed_) return;
  closed_ = true;
  uv_close(handle_, OnClosed);
  source_->Close();
}

void Channel::OnPoll(uv_poll_s* handle, int status, int) {
  auto* self = static_cast<Channel*>(uv_handle_get_data(handle));
  if (self->closed_) return;
  self->suspensions_ = 0;
  self->reading_ = true;
  self->Deliver();
  self->reading_ = false;
  const bool suspended = self->suspended_;
  self->suspended_ = false;
  // libuv takes POLLERR without POLLPRI for a bad descriptor and stops polling. For a socket it is an ICMP error, which
  // Deliver() has read and cleared.
  if ((status < 0 || suspended) && !self->closed_) self->Watch();
}

void Channel::Deliver() {
  Scope scope(env_);
  Arena arena;
  napi_value arguments[2];
  arguments[0] = arena_(env_, &arena);
  if (arguments[0] == nullptr) return;
  const int count = source_->Fill(arena);
  if (count == 0) return;
  napi_value callback;
  napi_value receiver;
  napi_create_int32(env_, count, &arguments[1]);
  napi_get_reference_value(env_, callback_, &callback);
  napi_get_global(env_, &receiver);
  napi_make_callback(env_, context_, receiver, callback, 2, arguments, nullptr);
  bool thrown = false;
  if (napi_is_exception_pending(env_, &thrown) != napi_ok || !thrown) return;
  napi_value error;
  if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_fatal_exception(env_, error);
}

void Channel::OnTeardown(napi_async_cleanup_hook_handle, void* self) { static_cast<Channel*>(self)->Close(); }

void Channel::OnClosed(uv_poll_s* handle) {
  auto* self = static_cast<Channel*>(uv_handle_get_data(handle));
  {
    Scope scope(self->env_);
    napi_delete_reference(self->env_, self->callback_);
    napi_async_destroy(self->env_, self->context_);
  }
  const napi_async_cleanup_hook_handle hook = self->hook_;
  delete self;
  std::free(handle);
  napi_remove_async_cleanup_hook(hook);
}
