#!/bin/sh
# Builds the guest of tests/vm in FOLDER: vmlinuz, initrd.gz, disk.raw. A counter PC without JagaLoket.
#   tests/vm/build.sh FOLDER      as root; about a minute, 1.5 GB while it works, 0.4 GB after
# Debian with systemd and udev, Debian's own kernel (the "cloud" one has no USB), an initrd of busybox and the few
# modules that reach the disk, and the rig's command channel. No network: the guest has no network card.
set -eu

folder=$1
here=$(dirname "$(realpath "$0")")
suite=bookworm
# What the agent's package depends on or recommends is put in here: the guest cannot fetch it.
packages=systemd,systemd-sysv,udev,dbus,kmod,procps,python3,acl,libusb-1.0-0,ca-certificates,tzdata,smartmontools
# What USB, disks and channels need of the kernel's 300 MB of modules.
modules="drivers/usb drivers/hid drivers/virtio drivers/block drivers/input drivers/char drivers/power
    drivers/ata/ahci.ko drivers/ata/libahci.ko drivers/ata/libata.ko drivers/scsi/scsi_common.ko
    drivers/scsi/scsi_mod.ko drivers/scsi/sd_mod.ko drivers/nvme block
    fs/ext4 fs/jbd2 fs/mbcache.ko fs/configfs lib crypto arch/x86/crypto sound/core"

mkdir -p "$folder"
cd "$folder"
trap 'rm -rf kernel root initrd root.tar' EXIT
rm -rf kernel root initrd root.tar
mkdir kernel root initrd

sources=/etc/apt/sources.list.d/debian.sources
grep -qs "Suites: $suite" "$sources" || sources=
# The kernel is fetched, not installed: its package would make an initrd of its own, and that takes minutes.
# shellcheck disable=SC2016  # the hook's shell expands it
mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/i18n/*' \
    --customize-hook='chroot "$1" sh -c "cd /boot && apt-get -qq -o APT::Sandbox::User=root download \
        \$(apt-cache depends linux-image-amd64 | sed -n \"s/.*Depends: \(linux-image-6[^ ]*\)/\1/p\")"' \
    "$suite" root.tar $sources
tar -xf root.tar -C root
dpkg-deb -x root/boot/linux-image-*.deb kernel
rm root/boot/linux-image-*.deb root.tar

version=$(ls kernel/lib/modules)
cp "kernel/boot/vmlinuz-$version" vmlinuz
from=kernel/lib/modules/$version to=root/lib/modules/$version
mkdir -p "$to/kernel"
cp "$from/modules.builtin" "$from/modules.builtin.modinfo" "$from/modules.order" "$to/"
for module in $modules; do
    mkdir -p "$to/kernel/$(dirname "$module")"
    cp -r "$from/kernel/$module" "$to/kernel/$(dirname "$module")/"
done
depmod -b root "$version"

echo counterpc >root/etc/hostname
echo Asia/Jakarta >root/etc/timezone
ln -sf /usr/share/zoneinfo/Asia/Jakarta root/etc/localtime
echo '/dev/vda / ext4 rw,noatime 0 1' >root/etc/fstab
sed -i 's/^root:[^:]*:/root::/' root/etc/shadow
echo virtio_console >root/etc/modules-load.d/rig.conf
install -D -m 755 "$here/inside/channel.py" root/opt/rig/channel.py
install -D -m 644 "$here/inside/rig.service" root/etc/systemd/system/rig.service
chroot root systemctl --quiet enable rig.service
chroot root systemctl --quiet mask systemd-firstboot.service systemd-timesyncd.service getty@tty1.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
rm -rf root/var/cache/apt/* root/var/lib/apt/lists/*

mkdir -p initrd/bin initrd/dev initrd/proc initrd/sys initrd/root initrd/modules
cp /bin/busybox initrd/bin/
install -m 755 "$here/inside/init" initrd/init
for module in virtio_blk virtio_pci ext4 crc32c_generic; do
    modprobe -d "$folder/root" -S "$version" --show-depends "$module"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r file; do
    cp "$file" initrd/modules/
    basename "$file" >>initrd/modules/list
done
(cd initrd && find . | cpio -o -H newc --quiet | gzip -1) >initrd.gz

rm -f disk.raw
truncate -s 1G disk.raw
mke2fs -q -t ext4 -m 0 -d root disk.raw
