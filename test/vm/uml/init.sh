#!/bin/sh
# Process 1 of the User-Mode Linux guest, a machine with its own clock. The kernel command line gives its variables:
#   repo, out        the working tree and a folder to write to, both of the machine outside
#   seconds          duration of the observation
#   offset           seconds by which the clock is set forward before the client starts
#   frequency        the wrong frequency correction, in units of 2^-16 ppm
# In $out lie client.sh, which disciplines the clock, and finish.sh, which runs before the end.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run
busybox=$repo/.cache/peers/busybox/bin/busybox

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir /run/out
mount -t hostfs -o "$out" none /run/out

ip link set lo up
ip addr add 198.51.100.2/24 dev vec0
ip link set vec0 up

$busybox adjtimex -q -f "$frequency"
date -s "@$(date "+%s.%N $offset" | awk '{ printf "%.9f", $1 + $2 }')" >/dev/null

# The observer only reads the clock: see truth.ts. The client starts after its first reading.
node "$repo/dist/test/vm/uml/truth.js" "$seconds" >/run/out/guest.txt 2>/run/out/guest.err &
observer=$!
while [ ! -s /run/out/guest.txt ]; do sleep 0.05; done

export repo
sh /run/out/client.sh >/run/out/client.log 2>&1 &
wait $observer
sh /run/out/finish.sh >/run/out/finish.txt 2>&1
$busybox poweroff -f
