#include <signal.h>

// bin/launch.sh loads this library into Node before Node's own first line. Node sets an ignored SIGHUP back to its default, which
// ends the process, but leaves a handler alone until JavaScript sets one, 40 ms and more after the start. A SIGHUP before
// that asks for nothing: the configuration has not been read yet.

static void ignore(int signal) { (void)signal; }

__attribute__((constructor)) static void hold_hangup(void) {
  struct sigaction action = {0};
  action.sa_handler = ignore;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, 0);
}
