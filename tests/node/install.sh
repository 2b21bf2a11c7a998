#!/bin/sh
# Installs what the Node programs of the tests need, exactly as package-lock.json says, unless that is there already.
set -eu
cd "$(dirname "$0")"
installed=node_modules/.installed-for
if cmp -s package-lock.json "$installed"; then
  echo "tests/node: what package-lock.json lists is installed"
else
  echo "tests/node: npm ci installs what package-lock.json lists"
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$installed"
fi
