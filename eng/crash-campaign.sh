#!/usr/bin/env bash
# Kills a real server again and again and compares everything with what it acknowledged: the long run of the crash test.
#   eng/crash-campaign.sh [rounds] [report]      default: 500 rounds, bench/results/crash-500.md
# CLIPORLEANS_TEST_SEED chooses another course. It builds nothing: run `dotnet build -c Release tests/EndToEnd` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-500}
report=${2:-bench/results/crash-$rounds.md}
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT

started=$SECONDS
CLIPORLEANS_CRASH_ROUNDS=$rounds CLIPORLEANS_CRASH_REPORT=$figures \
  dotnet artifacts/bin/EndToEnd/release/ClipOrleans.EndToEnd.dll --progress off --no-ansi \
  --filter-method '*Every_acknowledged_write_survives_kill_9_whole_and_found'
{
  printf '# Killed %s times: what was lost\n\n' "$rounds"
  printf '%s, %s cores, %s, %s. Commit %s. %s s.\n\n' "$(uname -sr)" "$(nproc)" "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" \
    "$(df --output=fstype "${TMPDIR:-/tmp}" | tail -n 1)" "${CLIPORLEANS_COMMIT:-$(git rev-parse --short HEAD)}" "$((SECONDS - started))"
  printf "Command: \`eng/crash-campaign.sh %s\`, seed %s. Each round: start on the same data, read everything and compare, then four writers, two\nsearchers and backups until the process is dead; snapshots and compaction at work (150 kB, segments of 1 MiB). Half of the rounds end at a\nrandom moment, half at a named point of a file operation. The run ends at the first thing that is wrong.\n\n" "$rounds" "${CLIPORLEANS_TEST_SEED:-20250117}"
  cat "$figures"
} >"$report"
echo "$report"
