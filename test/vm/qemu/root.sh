#!/bin/bash
# root.sh FOLDER   A Debian folder with what the guests need: QEMU with an igb, a kernel with its modules, linuxptp 4.
# It is made once, in the cache. Nothing is installed on this machine. The release is newer than 12, whose QEMU has no igb.
set -euo pipefail
release=trixie
folder=$(realpath -m "$1")
part=$folder.part
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

[ -e "$folder/ready" ] && exit 0
rm -rf "$part" "$folder"
mkdir -p "$part/tool"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'ORIGIN: Debian' 'IDENTIFIER: Packages' | grep -v security | head -n 1)

(cd "$part/tool" && apt-get download -qq debootstrap && dpkg -x debootstrap_*.deb .)
DEBOOTSTRAP_DIR=$part/tool/usr/share/debootstrap \
  "$part/tool/usr/sbin/debootstrap" --variant=minbase "$release" "$part/root" "$mirror" >"$part/log" 2>&1

cd "$part/root"
inside() { chroot "$part/root" "$@" >>"$part/log" 2>&1; }
# No service may start in it, and documentation is not unpacked.
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
printf 'path-exclude=/usr/share/%s/*\n' doc man locale >etc/dpkg/dpkg.cfg.d/slim
inside apt-get -qq update
inside apt-get -qq install -y --no-install-recommends linuxptp ethtool iproute2 kmod busybox-static qemu-system-x86
# The kernel is only unpacked: its installation would make an initial RAM disk that is not needed.
kernel=$(chroot . apt-cache depends linux-image-amd64 | awk '/Depends:/ { print $2; exit }')
inside sh -c "cd /tmp && apt-get -qq -o APT::Sandbox::User=root download $kernel"
mkdir kernel
dpkg -x tmp/linux-image-*.deb kernel
inside depmod -b /kernel/usr "$(basename kernel/usr/lib/modules/*)"
rm -f tmp/*.deb var/cache/apt/archives/*.deb

cd /
mv "$part/root" "$folder"
rm -rf "$part"
touch "$folder/ready"
