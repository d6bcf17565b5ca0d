#include <signal.h>

// bin/launch.sh preloads this library into Node, so that a SIGHUP during the start does not end the process. Node resets an
// ignored SIGHUP to its default action, but keeps a handler until JavaScript sets its own, at least 40 ms after the start. The
// handler does nothing: a SIGHUP asks for a reload, and the configuration has not been read yet.

static void ignore(int signal) { (void)signal; }

__attribute__((constructor)) static void hold_hangup(void) {
  struct sigaction action = {0};
  action.sa_handler = ignore;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, 0);
}
