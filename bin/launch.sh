# The shell's part of bin/timehub: sh reads that file first, then Node. SIGHUP makes `timehub run` read its configuration again,
# so it must not end Node during the start. The shell ignores it first of all; native/hold-hangup.c does so in Node.
if [ "${1-}" = run ]; then
  hold=$(dirname "$(readlink -f "$0")")/../build/Release/hold-hangup.so
  [ ! -r "$hold" ] || export LD_PRELOAD="$hold${LD_PRELOAD:+:$LD_PRELOAD}"
fi
# A look-up without an answer keeps a thread busy for seconds. Half of the threads are for look-ups (src/host/net/lookups.ts).
export UV_THREADPOOL_SIZE="${UV_THREADPOOL_SIZE:-16}"
exec node "$0" "$@"
