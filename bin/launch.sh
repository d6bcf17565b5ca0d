# The shell's part of bin/timehub, which sh reads first and then Node. SIGHUP makes `timehub run` read its configuration again:
# it must not end Node while that starts. The shell ignores it before anything else; native/hold-hangup.c goes on.
if [ "${1-}" = run ]; then
  hold=$(dirname "$(readlink -f "$0")")/../build/Release/hold-hangup.so
  [ ! -r "$hold" ] || export LD_PRELOAD="$hold${LD_PRELOAD:+:$LD_PRELOAD}"
fi
# Names without an answer each keep a thread busy for seconds: half of these are for them (src/host/net/lookups.ts).
export UV_THREADPOOL_SIZE="${UV_THREADPOOL_SIZE:-16}"
exec node "$0" "$@"
