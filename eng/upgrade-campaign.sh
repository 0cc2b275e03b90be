#!/usr/bin/env bash
# A cluster of a former version is upgraded, process after process, under load: no request may fail and no write be lost.
#   eng/upgrade-campaign.sh [commit] [report]     default: the last commit but one, bench/results/upgrade.md
# Builds that commit in a folder of its own. The tests must be built: run `dotnet build -c Release tests/EndToEnd` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
former=$(git rev-parse --short "${1:-HEAD~1}")
folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/former"; rm -rf "$folder"' EXIT
git worktree add --quiet --detach "$folder/former" "$former"
(cd "$folder/former" && dotnet build src/Silo -c Release -v quiet -nologo)
export CLIPORLEANS_FORMER_SILO=$folder/former/artifacts/bin/Silo/release/ClipOrleans.Silo.dll
# Half of the cluster new and half of it old for a while, since an upgrade may be interrupted; then all of it, and a death.
CLIPORLEANS_CLUSTER_COURSE=${CLIPORLEANS_CLUSTER_COURSE:-rest:10 kill:3 rest:10 restart rest:10 kill:1} CLIPORLEANS_COMMAND="eng/upgrade-campaign.sh $former" \
  bash eng/cluster-campaign.sh 0 "${2:-bench/results/upgrade.md}"
