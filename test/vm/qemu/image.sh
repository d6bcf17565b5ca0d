#!/bin/bash
# image.sh ROOT OUT NODE   The initial RAM disk that all guests share: programs of ROOT (root.sh) with their libraries, modules
# of its kernel, and NODE. The files of one guest are appended as a second archive. It is not compressed: an emulated processor
# takes longer to unpack than to copy.
set -euo pipefail
root=$(realpath "$1") out=$(realpath -m "$2") node=$3
[ -e "$out" ] && [ "$out" -nt "$root/ready" ] && exit 0

programs='/usr/sbin/ptp4l /usr/sbin/pmc /usr/sbin/phc2sys /usr/sbin/phc_ctl /usr/sbin/ethtool /usr/sbin/ip /usr/bin/node'
modules='igb veth qemu_fw_cfg af_packet virtio_rng'
tree=$root/tmp/image
rm -rf "$tree"
mkdir -p "$tree"/usr/{bin,sbin,lib,lib64} "$tree"/{proc,sys,dev,run,tmp,etc,root,var/run}
for name in bin sbin lib lib64; do ln -s "usr/$name" "$tree/$name"; done
cp "$node" "$root/usr/bin/node"

for program in $programs; do
  for file in "$program" $(chroot "$root" ldd "$program" | grep -oE '/[^ )]+'); do
    mkdir -p "$tree$(dirname "$file")"
    cp -L "$root$file" "$tree$file"
  done
done
cp -L "$root/bin/busybox" "$tree/usr/bin/busybox"
for applet in $("$tree/usr/bin/busybox" --list); do
  [ -e "$tree/usr/bin/$applet" ] || [ -e "$tree/usr/sbin/$applet" ] || ln -s busybox "$tree/usr/bin/$applet"
done

version=$(basename "$root"/kernel/usr/lib/modules/*)
from=$root/kernel/usr/lib/modules/$version
to=$tree/usr/lib/modules/$version
mkdir -p "$to"
for module in $modules; do
  chroot "$root" modprobe -d /kernel/usr -S "$version" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" { print $2 }'
done | sort -u | while read -r file; do
  file=${file#*"$version"/}
  mkdir -p "$to/$(dirname "$file")"
  case $file in
    *.xz) xz -dc "$from/$file" >"$to/${file%.xz}" ;;
    *) cp "$from/$file" "$to/$file" ;;
  esac
done
cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
chroot "$root" depmod -b /tmp/image "$version"

mkdir -p "$tree/usr/share/linuxptp" "$tree/etc"
printf 'root:x:0:0::/root:/bin/sh\n' >"$tree/etc/passwd"
printf '127.0.0.1 localhost\n' >"$tree/etc/hosts"
cp "$(dirname "$(realpath "$0")")/init.sh" "$tree/init"
chmod 755 "$tree/init"
(cd "$tree" && find . | "$root/bin/busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$out.part"
mv "$out.part" "$out"
rm -rf "$tree"
