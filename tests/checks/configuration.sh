#!/usr/bin/env bash
# usage: configuration.sh RADFORGE        docs/configuration.md is what the program says of itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
diff <("$1" config document) docs/configuration.md ||
  { echo "docs/configuration.md is out of date: run 'radforge config document > docs/configuration.md'" >&2; exit 1; }
