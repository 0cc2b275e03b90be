#!/usr/bin/env bash
# What the tests of deploy/ check by readers of ours, checked once more by the tools that others use: Go's templates with Sprig
# (what Helm is made of), the schemas of the Kubernetes API, promtool, nginx, docker-compose. It installs Debian's packages when it is root; the tests need none of them.
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

say "Its manifests by the JSON schemas of the Kubernetes API"
mkdir "$work/schemas"
cp eng/chart/package.json eng/chart/package-lock.json eng/chart/.npmrc eng/chart/validate.mjs "$work/schemas"
(cd "$work/schemas" && npm ci --silent && node validate.mjs "$work"/*.yaml)

say "The alerts and their tests, and every expression of the dashboard, by promtool"
need promtool prometheus
promtool check rules deploy/prometheus/alerts.yaml
(cd deploy/prometheus && promtool test rules alerts.test.yaml)
node -e '
  const panels = JSON.parse(require("fs").readFileSync("deploy/grafana/dashboard.json")).panels;
  const rules = panels.flatMap(panel => panel.targets ?? [])
    .map((target, i) => ({ record: `panel:${i}`, expr: target.expr.replaceAll("$__rate_interval", "5m").replaceAll("$job", ".*") }));
  console.log(JSON.stringify({ groups: [{ name: "dashboard", rules }] }));' >"$work/dashboard.json"
promtool check rules "$work/dashboard.json"

say "The proxy's configuration by nginx"
need nginx nginx-light
for scenario in minimal closed keys tls; do
  awk '/nginx.conf: \|/ { on = 1; next } on && /^    / { print substr($0, 5); next } on { exit }' "$work/$scenario.yaml" >"$work/nginx.conf"
  if [ "$scenario" = tls ] || [ "$scenario" = keys ]; then # a certificate has to be there
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -subj /CN=test -days 1 2>/dev/null
    sed -i "s#/etc/proxy-tls/#$work/#" "$work/nginx.conf"
  fi
  nginx -t -c "$work/nginx.conf"
done

say "The compose file by docker-compose"
need docker-compose docker-compose
docker-compose -f deploy/compose/compose.yaml config -q && echo "it is valid"
