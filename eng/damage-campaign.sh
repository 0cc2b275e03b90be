#!/usr/bin/env bash
# Damages copies of a real shard at random and asks each everything: the long run of the damage test.
#   eng/damage-campaign.sh [damages] [report]      default: 1000 damages, bench/results/corruption-1000.md
# CLIPORLEANS_TEST_SEED chooses others. It builds nothing: run `dotnet build -c Release tests/Storage.Tests` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-1000}
report=${2:-bench/results/corruption-$rounds.md}
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT

started=$SECONDS
CLIPORLEANS_DAMAGE_ROUNDS=$rounds CLIPORLEANS_DAMAGE_REPORT=$figures \
  dotnet artifacts/bin/Storage.Tests/release/ClipOrleans.Storage.Tests.dll --progress off --no-ansi \
  --filter-method '*Any_damage_is_healed_or_refused_with_the_file_named'
{
  printf '# %s random damages to the files of a shard\n\n' "$rounds"
  printf '%s, %s cores, %s, %s. Commit %s. %s s.\n\n' "$(uname -sr)" "$(nproc)" "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" \
    "$(df --output=fstype "${TMPDIR:-/tmp}" | tail -n 1)" "${CLIPORLEANS_COMMIT:-$(git rev-parse --short HEAD)}" "$((SECONDS - started))"
  printf "Command: \`eng/damage-campaign.sh %s\`, seed %s. A shard of 4,500 documents, codes learnt, compacted, two snapshots, is copied; one file of the\ncopy is damaged, or two are swapped; it is opened, every document and thirty searches are compared with the whole one, a document is written,\nand all of it again after closing. The run ends at the first wrong answer, at a refusal that does not name the file, or with the process.\n\n" "$rounds" "${CLIPORLEANS_TEST_SEED:-20250118}"
  cat "$figures"
} >"$report"
sed -i -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$report"
echo "$report"
