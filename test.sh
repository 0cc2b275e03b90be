#!/usr/bin/env bash
# Builds everything once (Release) and runs every test. The last line is "N passed, N failed".
#   ./test.sh                     everything
#   ./test.sh Vectors.Tests …     only these projects under tests/ (and not the format check)
# It needs the .NET SDK of global.json, and Node for the sample scripts. What else is missing it installs with apt-get when it is
# root, or names. Logs of each project: artifacts/test-results/.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

# No telemetry, and no build server that outlives this script and holds its output open.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 NO_COLOR=1
results=artifacts/test-results
projects_limit=2       # test projects at a time: they share the cores of a small machine
project_timeout=15m    # a hanging project is stopped and counts as failed
passed=0 failed=0 skipped=0

say() { printf '\n== %s\n' "$*"; }
stop() { printf '\n%s\n\n0 passed, 1 failed\n' "$*"; exit 1; }

# Installs Debian packages, if this machine lets us.
install() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    stop "These packages are missing and only root can install them: $*. Install them (apt-get install $*) and run this again."
  fi
  say "Installing $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null ||
    stop "apt-get could not install $*."
}

# The native libraries of ONNX Runtime and libvips name what they need; what isn't there is installed.
install_native_needs() {
  command -v ldd >/dev/null || return 0
  local missing packages=()
  missing=$(find artifacts/bin/Silo/release -path '*linux-x64*' -name '*.so*' -exec ldd {} + 2>/dev/null | sed -n 's/^\s*\(\S*\) => not found$/\1/p' | sort -u)
  for library in $missing; do
    case $library in
      libstdc++.so.6) packages+=(libstdc++6) ;;
      libgomp.so.1) packages+=(libgomp1) ;;
      libonnxruntime*|libvips*) ;; # siblings in the same folder, found at run time
      *) stop "A native library needs $library, which this machine lacks." ;;
    esac
  done
  if [ ${#packages[@]} -gt 0 ]; then install "${packages[@]}"; fi
}

# The servers that tests of clusters start for themselves. Without them these tests are skipped by name.
install_stores() {
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 0
  local packages=()
  command -v redis-server >/dev/null || packages+=(redis-server)
  [ -n "$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || packages+=(postgresql)
  [ ${#packages[@]} -gt 0 ] || return 0
  # Only the programs are wanted: no database is to be made, and no server to be started, by the installation.
  mkdir -p /etc/postgresql-common && [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  RUNLEVEL=1 install "${packages[@]}"
}

# count <name> <log> <exit code>: adds what the summary of one test process says.
count() {
  local total ok bad skip
  total=$(sed -n 's/^ *total: *\([0-9]*\).*/\1/p' "$2" | tail -n 1)
  ok=$(sed -n 's/^ *succeeded: *\([0-9]*\).*/\1/p' "$2" | tail -n 1)
  bad=$(sed -n 's/^ *failed: *\([0-9]*\).*/\1/p' "$2" | tail -n 1)
  skip=$(sed -n 's/^ *skipped: *\([0-9]*\).*/\1/p' "$2" | tail -n 1)
  passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-0})) skipped=$((skipped + ${skip:-0}))
  # A process that ended badly without a failed test (crash, time-out, no test found) is a failure all the same.
  if [ "$3" != 0 ] && [ "${bad:-0}" = 0 ]; then failed=$((failed + 1)); bad=1; fi
  printf '%-34s %s passed, %s failed, %s skipped (exit %s)\n' "$1" "${ok:-0}" "${bad:-0}" "${skip:-0}" "$3"
  if [ "$3" != 0 ]; then grep -vE '^(passed|skipped) ' "$2" | tail -n 150; fi
  grep -A 2 '^skipped ' "$2" | grep -v '^--' || true
}

# run <name> <project> <test arguments…>: one test process, in the background; its log and exit code are left in $results.
run() {
  local name=$1 project=$2
  shift 2
  { timeout --kill-after=20 "$project_timeout" dotnet "artifacts/bin/$project/release/ClipOrleans.$project.dll" \
      --progress off --no-ansi "$@" >"$results/$name.log" 2>&1 </dev/null; echo $? >"$results/$name.exit"; } &
  started+=("$name")
  while [ "$(jobs -rp | wc -l)" -ge "$projects_limit" ]; do wait -n; done
}

finish() {
  wait
  for name in "${started[@]}"; do count "$name" "$results/$name.log" "$(cat "$results/$name.exit")"; done
  started=()
}

dotnet --version >/dev/null 2>&1 || stop "The .NET SDK of global.json is missing: $(dotnet --version 2>&1 | head -n 3)"
command -v node >/dev/null || echo "Node is missing: nothing here needs it but the scripts under eng/samples."

say "Building (Release)"
dotnet build ClipOrleans.sln -c Release --nologo -v q || stop "The build failed."
install_native_needs
install_stores
rm -rf "$results" && mkdir -p "$results"

say "Testing"
wanted=("$@")
wants() { [ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " == *" $1 "* ]]; }
started=()
for folder in tests/*/; do
  project=$(basename "$folder")
  [ -f "$folder$project.csproj" ] && [ "$project" != EndToEnd ] && wants "$project" || continue
  run "$project" "$project"
  if [ "$project" = Vectors.Tests ]; then # the narrower paths of the kernels: 128 bits, then scalar
    DOTNET_EnableAVX2=0 run Vectors.Tests-without-AVX2 "$project" --filter-namespace ClipOrleans.Vectors.Tests.Kernels
    DOTNET_EnableHWIntrinsic=0 run Vectors.Tests-scalar "$project" --filter-namespace ClipOrleans.Vectors.Tests.Kernels
  fi
done
finish
if wants EndToEnd; then # alone: it measures memory and kills processes
  run EndToEnd EndToEnd
  finish
fi

if [ ${#wanted[@]} = 0 ]; then
  say "Format"
  if dotnet format ClipOrleans.sln --verify-no-changes --no-restore; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi

if [ ${#wanted[@]} = 0 ]; then
  say "Known vulnerabilities of packages"
  eng/vulnerable.sh >"$results/vulnerable.log" 2>&1
  case $? in
    0) passed=$((passed + 1)) ;;
    1) failed=$((failed + 1)); cat "$results/vulnerable.log" ;;
    *) skipped=$((skipped + 1)); tail -n 1 "$results/vulnerable.log" ;; # no network, or a registry that does not know: said, and no failure
  esac
fi

printf '\n%s skipped\n%s passed, %s failed\n' "$skipped" "$passed" "$failed"
[ "$failed" = 0 ]
