#!/usr/bin/env bash
# usage: completion.sh RADFORGE     What bash completes with the script that the program prints, and that roff takes its manual page.
set -euo pipefail
radforge=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "completion: $*" >&2; exit 1; }

"$radforge" --completion >"$folder/completion"
"$radforge" --manual >"$folder/radforge.1"
mkdir "$folder/here" "$folder/here/runs"
touch "$folder/here/mine.yaml" "$folder/here/notes.txt"
cd "$folder/here"
# shellcheck disable=SC1091
source "$folder/completion"

# expect WORDS COMPLETIONS: those of the last word, sorted.
expect() {
  read -ra COMP_WORDS <<<"$1"
  [[ $1 != *' ' ]] || COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _radforge
  local found
  found=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' ')
  [ "$found" = "$2" ] || fail "'$1' gives '$found', not '$2'"
}
expect 'radforge tra' 'train'
expect 'radforge re' 'repair report'
expect 'radforge train ' 'mine.yaml runs'
expect 'radforge sweep s' 'status'
expect 'radforge verify ' 'runs'
expect 'radforge verify --' '--completion --deep --help --manual --version'
expect 'radforge train mine.yaml --al' '--allow-change'
expect 'radforge train mine.yaml --output ' 'runs'
expect 'radforge train mine.yaml --resume ' ''
expect 'radforge plan --cluster n' 'notes.txt'
expect 'radforge doctor ' ''
expect 'radforge --v' '--version'

grep -q '^.SS train CONFIG.yaml' "$folder/radforge.1" || fail "the manual page has no train"
if command -v groff >/dev/null; then
  groff -man -Tutf8 -ww "$folder/radforge.1" >"$folder/page" 2>"$folder/warnings"
  [ ! -s "$folder/warnings" ] || fail "groff warns of the manual page: $(cat "$folder/warnings")"
  [ -s "$folder/page" ] || fail "the manual page is empty"
fi
