#!/usr/bin/env bash
# usage: installed_tree.sh BUILD     The installed tree, moved to another folder, starts with the libraries that it carries.
set -euo pipefail
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "installed_tree: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$folder/first" >/dev/null
cmake --install "$build" --prefix "$folder/first" --component bundle >/dev/null
mv "$folder/first" "$folder/moved"

cd /
unset LD_LIBRARY_PATH
"$folder/moved/bin/radforge" --help >"$folder/help"
grep -q prepare "$folder/help" || fail "radforge --help does not list 'prepare': $(cat "$folder/help")"

resolved=$(ldd "$folder/moved/bin/radforge")
if grep 'not found' <<<"$resolved"; then fail "a library is missing"; fi
for library in libtorch_cpu.so libc10.so libgomp.so.1; do
  grep -qF "$library => $folder/moved/" <<<"$resolved" || fail "$library does not come from the moved tree: $(grep -F "$library" <<<"$resolved")"
done
[ -f "$folder/moved/share/radforge/configs/demo/generate.yaml" ] || fail "share/radforge/configs is missing"
[ -x "$folder/moved/share/radforge/jobs/slurm/cluster_name" ] || fail "share/radforge/jobs/slurm/cluster_name cannot be run"
grep -q '^_radforge()' "$folder/moved/share/bash-completion/completions/radforge" || fail "share/bash-completion is missing"
grep -q '^.TH RADFORGE' "$folder/moved/share/man/man1/radforge.1" || fail "share/man is missing"
