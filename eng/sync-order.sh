#!/usr/bin/env bash
# Shows with strace that no write is answered before it is on the device: whatever was written to a log was forced before the
# answer left, the name of a new log file too, and the mark of the group before. Then the same with Storage:Sync=false, where
# it must not hold: a check that cannot fail shows nothing. Fails when either is otherwise.
#   eng/sync-order.sh [documents]      default 60
# It builds nothing: run `dotnet build -c Release src/Silo` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
documents=${1:-60}
for program in strace curl; do command -v "$program" >/dev/null || { echo "$program is missing: apt-get install $program"; exit 1; }; done
work=$(mktemp -d)
silo=
finish() { if [ -n "$silo" ]; then kill -9 "$silo" 2>/dev/null || true; fi; rm -rf "$work"; }
trap finish EXIT

port() { # a free one: asked of the system by a listener that is gone at once
  local port
  while port=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# traced <sync>: a server under strace that gets single documents, one after the other, of 40 kB, so that segments fill.
traced() {
  local address="http://127.0.0.1:$(port)" data="$work/$1" note
  mkdir "$data"
  strace -f -y -s 24 -o "$work/$1.trace" -e trace=openat,pwrite64,rename,renameat,renameat2,fsync,fdatasync,sendmsg,sendto,write \
    dotnet artifacts/bin/Silo/release/ClipOrleans.Silo.dll --urls="$address" --Storage:Path="$data" --Storage:Sync="$1" --Storage:SegmentMegabytes=1 >"$work/$1.out" 2>&1 &
  local strace=$!
  curl -fs --retry 120 --retry-delay 1 --retry-all-errors -o /dev/null "$address/health/ready" || { cat "$work/$1.out"; exit 1; }
  silo=$(pgrep -P "$strace")
  curl -fsS -o /dev/null -H 'content-type: application/json' -d '{"name":"order","model":"none","dimensions":4,"shards":1}' "$address/v1/indexes"
  note=$(head -c 40000 /dev/zero | tr '\0' x)
  for ((i = 0; i < documents; i++)); do
    printf '{"vector":[1,2,3,%d],"metadata":{"note":"%s"}}' "$i" "$note" |
      curl -fsS -o /dev/null -X PUT -H 'content-type: application/json' --data-binary @- "$address/v1/indexes/order/documents/d$i"
  done
  kill -9 "$silo"
  silo=
  wait "$strace" 2>/dev/null || true
}

# judge <trace>: reads a trace in order. A call counts as begun on its first line and as done on its last. A force covers the
# writes that were done before it began; an answer is the beginning of the call that sends "HTTP/1.1 20x".
judge() {
  awk '
    function path(text) { return match(text, /<[^>]*>/) ? substr(text, RSTART + 1, RLENGTH - 2) : "" }
    function early(what) { if (++bad < 6) print what }
    function folder(name) { sub(/\/[^\/]*$/, "", name); return name }
    function begun(pid, text,   name) {
      what[pid] = ""
      if (text ~ /^(pwrite64|write)\(/ && (name = path(text)) ~ /\/shards\/[0-9]+\/(log\.[0-9]+|commit\.mark)(\.[0-9]+\.tmp)?$/) {
        what[pid] = "write"; of[pid] = name; dirty[name] = ++clock
      } else if (text ~ /^(fdatasync|fsync)\(/) {
        what[pid] = "force"; of[pid] = path(text); since[pid] = ++clock
      } else if (text ~ /^openat\(.*\/shards\/[0-9]+\/log\.[0-9]+", [A-Z_|]*O_CREAT/) {
        match(text, /"[^"]*"/); what[pid] = "create"; of[pid] = substr(text, RSTART + 1, RLENGTH - 2)
      } else if (text ~ /^(sendmsg|sendto|write)\(.*"HTTP\/1\.1 20/) {
        answered()
      }
    }
    function done(pid, text,   name) {
      if (what[pid] == "write") {
        dirty[of[pid]] = ++clock; if (of[pid] ~ /log\.[0-9]+$/) logs++; else if (of[pid] ~ /commit\.mark$/) marks++
      } else if (what[pid] == "create" && text ~ /= [0-9]/ && !(of[pid] in known)) {
        known[of[pid]] = 1; unnamed[folder(of[pid])] = ++clock; created++
      } else if (what[pid] == "force" && text ~ /= 0/) {
        if ((of[pid] in dirty) && dirty[of[pid]] < since[pid]) { delete dirty[of[pid]]; forced++ }
        if ((of[pid] in unnamed) && unnamed[of[pid]] < since[pid]) { delete unnamed[of[pid]]; named++ }
      }
      what[pid] = ""
    }
    function answered(   name) {
      answers++
      for (name in unnamed) early("answer " answers ": a log file was made in " name " and its name is not forced")
      for (name in dirty) if (name ~ /\/log\.[0-9]+$/) early("answer " answers ": " name " was written and is not forced")
      # The mark is forced behind its group, and before the next one is answered: at most one is on its way.
      if (marks - marked > 1) early("answer " answers ": the mark of the group before is not forced")
    }
    {
      pid = $1; text = substr($0, index($0, $2))
      if (text ~ /^<\.\.\. /) { was = what[pid]; name = of[pid]; done(pid, text) }
      else { begun(pid, text); was = what[pid]; name = of[pid]; if (text !~ /<unfinished \.\.\.>$/) done(pid, text) }
      if (was == "force" && name ~ /commit\.mark$/ && text !~ /<unfinished/) marked = marks
    }
    END {
      printf "%d answers, %d writes to the log, %d to the mark, %d forces of them, %d log files made, %d forces of their names: %d answers too early\n", answers, logs, marks, forced, created, named, bad
      exit bad > 0 ? 1 : answers >= '"$documents"' && logs >= '"$documents"' && created > 1 && named > 1 ? 0 : 2
    }' "$1"
}

echo "Storage:Sync=true"
traced true
judge "$work/true.trace"
echo "Storage:Sync=false: the same check must find answers that came too early"
traced false
if judge "$work/false.trace"; then
  echo "It found none: it checks nothing."
  exit 1
fi
echo "The order holds with Storage:Sync=true, and the check sees where it does not."
