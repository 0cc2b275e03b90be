#!/usr/bin/env bash
# Asks the package registry whether a package that is used, or one that it brings along, has a known vulnerability.
#   eng/vulnerable.sh      exit code 0: none, 1: there is one, 2: the registry does not say
# It restores nothing: run `dotnet restore ClipOrleans.sln` first.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# The list is of the src projects: what is shipped. A registry without vulnerability data says so in a warning, and one that is not there in an error.
for project in src/Silo/Silo.csproj src/Cli/Cli.csproj; do
  if ! timeout 60 dotnet list "$project" package --vulnerable --include-transitive >>"$answer" 2>&1; then
    cat "$answer"
    echo "The registry did not answer."
    exit 2
  fi
done
cat "$answer"
if grep -qE 'has the following vulnerable packages' "$answer"; then exit 1; fi
if ! grep -qE 'has no vulnerable packages' "$answer" || grep -qE 'NU1900|NU1905|warn(ing)?' "$answer"; then
  echo "The registry has no data about vulnerabilities."
  exit 2
fi
