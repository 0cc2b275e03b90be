#!/usr/bin/env bash
# From a fresh clone with an empty NuGet cache to the first search answered on the sample catalogue: prints the seconds of each step.
#   eng/measure-first-search.sh [repository or URL]      default: this repository, its committed state
# It works in a temporary folder and removes it. Port 8080 must be free: the two commands are run as the README prints them.
set -euo pipefail
source=${1:-$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)}
address=http://127.0.0.1:8080
limit=900

folder=$(mktemp -d)
silo=
cleanup() {
  if [ -n "$silo" ]; then kill -TERM -- "-$silo" 2>/dev/null || true; wait "$silo" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT

if curl -s -o /dev/null "$address/health/live"; then echo "Something listens on $address already." >&2; exit 1; fi
export NUGET_PACKAGES=$folder/packages DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
mkdir "$NUGET_PACKAGES"
start=$EPOCHREALTIME
step() { printf '%-52s %6.1f s\n' "$1" "$(awk "BEGIN { print $EPOCHREALTIME - $start }")"; }

# until <deadline in seconds> <command…>: asks until it succeeds; fails when the silo has ended or the time is up.
until_ok() {
  local end=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$silo" 2>/dev/null || [ $SECONDS -ge $end ]; then cat "$folder/silo.log" >&2; exit 1; fi
    sleep 0.2
  done
}

git clone -q "$source" "$folder/clone"
step "cloned"
cd "$folder/clone"
set -m # the silo in a process group of its own, so that dotnet run and its child end together
dotnet run --project src/Silo -c Release >"$folder/silo.log" 2>&1 </dev/null &
silo=$!
set +m
until_ok curl -fsS "$address/health/ready"
step "restored, built, started: ready"
dotnet run --project src/Cli -c Release -- demo >"$folder/demo.log" 2>&1 || { cat "$folder/demo.log" >&2; exit 1; }
step "the sample catalogue loaded and searched (clip demo)"
index=$(curl -fsS "$address/v1/indexes" | jq -r '.indexes[0].name')
answer=$(curl -fsS "$address/v1/indexes/$index/search" -H 'content-type: application/json' -d '{"text":"red fruit","topK":3}')
step "one more search answered"
jq -r '.hits[] | "  \(.score * 1000 | round / 1000)  \(.id)  \(.metadata.name)"' <<<"$answer"
jq -e '.hits | length == 3' <<<"$answer" >/dev/null
