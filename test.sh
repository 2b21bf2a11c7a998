#!/usr/bin/env bash
# Builds everything and runs every test. Installs what the tests need when it is missing, and says so.
# Ends with "N passed, N failed" (and ", N skipped"); the exit code is 0 only when all passed.
#
#   ./test.sh               all tests
#   ./test.sh Parity        only tests whose class name contains this
set -u
cd "$(dirname "$0")" || exit 1

passed=0 failed=0 skipped=0
finish() {
  if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"
  else echo "$passed passed, $failed failed"; fi
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
stop() {
  echo "test.sh: $1" >&2
  failed=$((failed + 1))
  finish
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo > /dev/null; then sudo "$@"
  else stop "installing packages needs root: run as root, install sudo, or install them yourself: $*"; fi
}
debian_packages() {
  command -v apt-get > /dev/null || stop "needed and missing: $* (no apt-get here; install them by hand)"
  echo "test.sh: installing Debian packages: $*"
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" > /dev/null ||
    stop "the packages could not be installed: $*"
}

command -v dotnet > /dev/null || stop "the .NET 10 SDK is needed: 'dotnet' is not in PATH"
missing=()
command -v node > /dev/null || missing+=(nodejs)
command -v npm > /dev/null || missing+=(npm)
command -v setpriv > /dev/null || missing+=(util-linux)
[ "${#missing[@]}" -eq 0 ] || debian_packages "${missing[@]}"
if [ -x tests/node/install.sh ]; then tests/node/install.sh || stop "the npm packages of tests/node could not be installed"; fi

echo "test.sh: building"
dotnet build Drover.slnx -v quiet -nologo || stop "the build failed"

if [ "${CI:-}" = true ]; then
  echo "test.sh: checking the format"
  dotnet format Drover.slnx --verify-no-changes --no-restore || { echo "test.sh: run 'dotnet format'" >&2; failed=$((failed + 1)); }
fi

filter=()
[ $# -eq 0 ] || filter=(-class "*$1*")
output=$(mktemp)
trap 'rm -f "$output"' EXIT
for project in tests/*Tests/; do
  name=$(basename "$project")
  program="artifacts/bin/$name/debug/$name"
  echo "test.sh: $name"
  "$program" -noColor ${filter[@]+"${filter[@]}"} 2>&1 | tee "$output"
  ended=${PIPESTATUS[0]}
  totals=$(grep -E "^ *$name +Total: " "$output" | tail -n 1)
  count() { sed -n "s/.*$1: \([0-9]*\).*/\1/p" <<< "$totals"; }
  if [ -z "$totals" ]; then
    [ "${#filter[@]}" -gt 0 ] && grep -q "Total: 0" "$output" && continue
    echo "test.sh: $name ended without a result" >&2
    failed=$((failed + 1))
    continue
  fi

  bad=$(($(count Errors) + $(count Failed)))
  # The runner may fail without a failed test, for example when a process of its own throws at the very end.
  if [ "$ended" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "test.sh: $name ended with exit code $ended" >&2
    failed=$((failed + 1))
  fi
  left_out=$(($(count Skipped) + $(count 'Not Run')))
  passed=$((passed + $(count Total) - bad - left_out))
  failed=$((failed + bad))
  skipped=$((skipped + left_out))
done
finish
