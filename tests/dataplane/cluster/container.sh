#!/bin/sh
# Becomes the program of a container: container.sh ROOT COMMAND..., in mount and network namespaces of its own.
# Standard input names what its file system holds, a line each: "SOURCE TARGET". Everything else in it is new and empty.
set -eu
root=$1
shift
mount -t tmpfs pod "$root"
while read -r source target; do
  if [ -d "$source" ]; then
    mkdir -p "$root$target"
  else
    mkdir -p "$(dirname "$root$target")"
    : >"$root$target"
  fi
  mount --rbind "$source" "$root$target"
done
mkdir -p "$root/tmp" "$root/run"
mount -t tmpfs shm "$root/dev/shm" # two Envoys would meet in it
ulimit -c 0
exec chroot "$root" "$@" </dev/null
