#!/usr/bin/env bash
# Feeds every reader of bytes from outside with made-up inputs, guided by the branches they take: the long run of tests/Fuzz.
#   eng/fuzz.sh [seconds per target] [target...]      default: 600 seconds, every target, two at a time
# The table goes to bench/results/fuzz.md (rows of targets that were not run stay), inputs that are worth keeping to
# tests/Fuzz/Corpus, findings to artifacts/fuzz/found. CLIPORLEANS_TEST_SEED chooses other inputs.
# It builds nothing: run `dotnet build -c Release tests/Fuzz` first. It gets SharpFuzz's tool once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(bodies documents filters streams forms words images log manifests archives texts)
work=$PWD/artifacts/fuzz report=bench/results/fuzz.md
commit=${CLIPORLEANS_COMMIT:-$(git rev-parse --short HEAD)}
instrumented=(Contracts Gateway Storage Vectors Clip)

mkdir -p "$work/rows" "$work/found" tests/Fuzz/Corpus
[ -x "$work/tool/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$work/tool"
bin=$(mktemp -d "$work/bin.XXXXXX")
trap 'rm -rf "$bin"' EXIT
cp -r artifacts/bin/Fuzz/release/. "$bin"
for project in "${instrumented[@]}"; do "$work/tool/sharpfuzz" "$bin/ClipOrleans.$project.dll" >/dev/null; done

# One process a target; a hang that never ends is ended from inside, and its exit code says so.
run() {
  local target=$1 code=0
  CLIPORLEANS_FUZZ_SECONDS=$seconds CLIPORLEANS_FUZZ_TARGETS=$target CLIPORLEANS_FUZZ_REPORT=$work/rows CLIPORLEANS_FUZZ_FOUND=$work/found \
    nice -n 5 timeout --kill-after=20 $((seconds + 300)) dotnet "$bin/ClipOrleans.Fuzz.dll" --progress off --no-ansi \
    --filter-method '*I9_A_target_keeps_its_promise' >"$work/$target.log" 2>&1 </dev/null || code=$?
  echo "$target: exit $code, $(tail -n 1 "$work/rows/$target.row" 2>/dev/null || echo 'ended before its report')"
  [ ! -s "$work/rows/$target.txt" ] || cp "$work/rows/$target.txt" "tests/Fuzz/Corpus/$target.txt"
  return "$code"
}

# The rows of this run, and those of targets that it does not have.
table() {
  {
    printf '# Fuzzing\n\n'
    printf 'Command: `eng/fuzz.sh %s`, two targets at a time. %s, %s cores, %s. Each row has its commit and its seed.\nA crash is an exception that the reader does not declare, a broken promise, or memory beyond what the input allows; a hang is an input that\ntakes more than 2 s four times in a row. Edges are branches of the instrumented assemblies (%s) that some input took.\n\n' \
      "$seconds" "$(uname -sr)" "$(nproc)" "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(IFS=,; echo "${instrumented[*]}" | sed 's/,/, /g')"
    printf '| target | promise | executions | a second | seconds | corpus | edges | slowest ms | crashes | hangs | seed | commit |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n'
    { for target in "${targets[@]}"; do [ ! -f "$work/rows/$target.row" ] || sed "s/\$/ $commit |/" "$work/rows/$target.row"; done
      [ ! -f "$report" ] || grep -E '^\| [a-z]+ \| ' "$report" | grep -v '^| target' || true; } | awk -F'|' '!seen[$2]++' | sort
  } >"$report.new"
  mv "$report.new" "$report"
}

failed=0
for target in "${targets[@]}"; do rm -f "$work/rows/$target.row" "$work/rows/$target.txt"; done
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || failed=1; table; done
  run "$target" &
done
while [ -n "$(jobs -rp)" ]; do wait -n || failed=1; table; done
echo "$report"
exit "$failed"
