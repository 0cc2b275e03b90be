#!/usr/bin/env bash
# What the tests of deploy/ check by readers of ours, checked once more by the tools that others use: Go's templates with Sprig
# (what Helm is made of), nginx, promtool, docker-compose. It installs Debian's packages when it is root; the tests need none of them.
#   eng/deploy-check.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '\n== %s\n' "$*"; }

need() { # need <command or folder> <Debian packages…>
  if command -v "$1" >/dev/null || [ -d "$1" ]; then return; fi
  [ "$(id -u)" = 0 ] || { echo "$1 is missing: apt-get install ${*:2}"; exit 1; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${@:2}" >/dev/null
}

say "The chart as Go's templates render it, against the renderer of the tests"
need /usr/share/gocode/src/github.com/Masterminds/sprig golang-go golang-github-masterminds-sprig-dev
GO111MODULE=off GOPATH=/usr/share/gocode go build -o "$work/render" eng/chart/render.go
for values in deploy/chart/ci/*-values.yaml; do
  "$work/render" deploy/chart clip search "$values" >"$work/$(basename "$values" -values.yaml).yaml"
done
dotnet build tests/Repository.Tests -c Release --nologo -v q
CLIPORLEANS_RENDERED="$work" dotnet artifacts/bin/Repository.Tests/release/ClipOrleans.Repository.Tests.dll \
  --progress off --no-ansi --filter-class '*SecondOpinionTests'
