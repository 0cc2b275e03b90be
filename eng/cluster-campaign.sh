#!/usr/bin/env bash
# Kills, restarts, stops and cuts off the processes of a cluster under load and compares everything with what it acknowledged.
#   eng/cluster-campaign.sh [kills] [report]      default: 20 kills, bench/results/cluster-campaign.md
# CLIPORLEANS_CLUSTER_COURSE says another course (docs/testing.md), CLIPORLEANS_TEST_SEED another choice of victims. It needs redis-server
# and root, for the network that is divided; at most half an hour. It builds nothing: run `dotnet build -c Release tests/EndToEnd` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kills=${1:-20}
report=${2:-bench/results/cluster-campaign.md}
course=${CLIPORLEANS_CLUSTER_COURSE:-rest:40 kill:$kills restart join stop:60 divide:60}
figures=$(mktemp)
log=$(mktemp)
trap 'rm -f "$figures" "$log"' EXIT

started=$SECONDS
code=0
CLIPORLEANS_CLUSTER_COURSE=$course CLIPORLEANS_CLUSTER_REPORT=$figures timeout --kill-after=60 35m \
  dotnet artifacts/bin/EndToEnd/release/ClipOrleans.EndToEnd.dll --progress off --no-ansi --show-live-output on \
  --filter-method '*A_course_of_losses_loses_no_write_and_gives_no_wrong_answer' >"$log" 2>&1 || code=$?
sed 's/^OUTPUT: \[[^]]*\] //' "$log"
# Without a table nothing was shown: skipped, or killed at the end of its time.
[ -s "$figures" ] || { echo "No report: $report is left as it was." >&2; exit 1; }
{
  printf '# A cluster that loses processes under load\n\n'
  printf '%s, %s cores, %s, %s. Commit %s. %s s.\n\n' "$(uname -sr)" "$(nproc)" "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" \
    "$(df --output=fstype "${TMPDIR:-/tmp}" | tail -n 1)" "${CLIPORLEANS_COMMIT:-$(git rev-parse --short HEAD)}" "$((SECONDS - started))"
  printf "Command: \`%s\`, course \`%s\`, seed %s. Three shard silos, an encoder, two gateways and Redis, each process on a\nmachine (network namespace) of its own, one index of 12 shards; four writers and four searchers with 40 ms between two requests of one.\nShards that must be taken over, the restart of the lost process and the comparison of all documents belong to each event. A search is\nwhole when it has all shards within 250 ms, and searches are whole again with the first of 25 in a row. Targets: whole again within 10 s of\na kill; no failed request by restart and join. Whoever is cut off keeps the files: its part of the network is a silo and a gateway, without\nRedis, and clients of that gateway alone go on asking and writing. The run ends at the first thing that is wrong.\n\n" "${CLIPORLEANS_COMMAND:-eng/cluster-campaign.sh $kills}" "$course" "${CLIPORLEANS_TEST_SEED:-20250117}"
  cat "$figures"
} >"$report"
echo "$report"
exit "$code"
