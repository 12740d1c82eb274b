#!/usr/bin/env bash
# usage: bundle.sh SOURCE BUILD
#
# Packs the bundle of a build for CUDA and runs it from another place: with the machine's own Open MPI out of sight where that can be done (as root).
set -euo pipefail
source_dir=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$source_dir/tools/make_bundle" --build "$build" --output "$work/packed"
tar -C "$work" -xf "$work"/packed/*.tar.xz
bundle=$(echo "$work"/radforge-*-cuda)
for package in libopenmpi3 libhdf5-103-1 libyaml-cpp0.7; do
  if [ ! -s "$bundle/licences/$package.txt" ] || ! grep -q "$package" "$bundle/LICENCES.md"; then
    echo "bundle: no licence of $package" >&2
    exit 1
  fi
done

cat >"$work/run" <<'END'
set -eu
for folder in $HIDDEN; do mount -t tmpfs none "$folder"; done
. "$BUNDLE/environment.sh"
cd "$(dirname "$BUNDLE")"
radforge --version
lacking=$(ldd "$BUNDLE"/bin/* | grep 'not found' || true)
[ -z "$lacking" ] || { echo "bundle: $lacking" >&2; exit 1; }
mpirun -n 2 --bind-to none radforge doctor --output trial 2>&1 | grep -q '2 ranks' || { echo 'bundle: two ranks do not meet' >&2; exit 1; }
if [ ! -d /proc/driver/nvidia/gpus ]; then
  code=0
  "$BUNDLE/run-gpu-tests" logs 2>messages || code=$?
  [ $code -eq 2 ] && grep -q 'no GPU' messages || { echo "bundle: run-gpu-tests ended with $code without a GPU" >&2; exit 1; }
  code=0
  "$BUNDLE/bench/gpu/run" 2>messages || code=$?
  [ $code -eq 2 ] && grep -q 'no figure is claimed' messages || { echo "bundle: bench/gpu/run ended with $code without a GPU" >&2; exit 1; }
fi
"$BUNDLE/bench/gpu/run" --rehearse --without-compile >page 2>messages || { cat messages >&2; exit 1; }
for case in $("$BUNDLE/bench/gpu/run" --list); do
  grep -q "^# $case" page || { echo "bundle: no rehearsal of $case" >&2; exit 1; }
done
if RADFORGE_TORCH=/nowhere bash -c '. "$BUNDLE/environment.sh"' 2>messages; then echo 'bundle: no LibTorch, and no error' >&2; exit 1; fi
grep -q 'no LibTorch was found' messages
END
export BUNDLE=$bundle HIDDEN="" RADFORGE_TORCH="${RADFORGE_TORCH:-$source_dir/.deps/libtorch/torch}"
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
  export HIDDEN="/usr/lib/x86_64-linux-gnu/openmpi /usr/lib/x86_64-linux-gnu/pmix2 /usr/share/openmpi"
  unshare -m bash "$work/run"
else
  bash "$work/run"
fi
