#!/usr/bin/env bash
# Builds and tests the console with npm, for Maven and by hand:
#
#   build.sh build [required]    into target/classes; where npm is missing it says so and leaves the console out, or fails
#   build.sh check [required]    types, lint, unit tests
#   build.sh browser [required]  opens the built pages in Chromium; where that is missing it says so, or fails
#
# A step whose inputs are as they were when it last succeeded is not done again.
set -euo pipefail
cd "$(dirname "$0")"

step=${1:?build, check or browser}
required=${2:-optional}
contract=../api/src/main/resources/dev/tollgate/api/openapi.yaml
pages=target/classes/dev/tollgate/console

skip() {
  if [ "$required" = required ]; then
    echo "console: $1. $2" >&2
    exit 1
  fi
  echo "console: $1: $3. $2"
  exit 0
}

if ! command -v npm >/dev/null 2>&1; then
  skip "npm was not found on the PATH" "Install Node.js 20.19 or newer with npm to have it." \
    "this build has no console, and its tests are skipped"
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  skip "Node.js is $(node --version), and 20.19 or newer is needed" "Install a newer one to have it." \
    "this build has no console, and its tests are skipped"
fi

# What the files say that decide a step.
sum_of() {
  find "$@" -type f -print0 | sort -z | xargs -0 cksum | cksum
}

# Whether a step succeeded with the same inputs before.
is_done() {
  [ -f "target/$1.done" ] && [ "$(cat "target/$1.done")" = "$2" ]
}

mkdir -p target
packages=$(sum_of package.json package-lock.json)
if [ ! -d node_modules ] || [ "$(cat node_modules/.tollgate 2>/dev/null)" != "$packages" ]; then
  npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error || {
    echo "console: npm could not fetch the packages of console/package-lock.json: see above. Where there is no way to" \
      "the registry, build without npm on the PATH, and without the console." >&2
    exit 1
  }
  echo "$packages" > node_modules/.tollgate
fi

inputs=$(sum_of build.sh package-lock.json tsconfig.json vite.config.ts vitest.browser.config.ts biome.json index.html csp.txt public src "$contract")
case $step in
  build)
    if ! is_done build "$inputs" || [ ! -f "$pages/files.txt" ]; then
      rm -rf "$pages" target/build.done
      npm run build --silent
      echo "$inputs" > target/build.done
    fi
    ;;
  check)
    inputs="$inputs $(sum_of test ../THIRD-PARTY.md)"
    if ! is_done check "$inputs"; then
      rm -f target/check.done
      npm run check --silent
      echo "$inputs" > target/check.done
    fi
    ;;
  browser)
    inputs="$inputs $(sum_of test ../THIRD-PARTY.md)"
    chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
    if [ -z "$chromium" ]; then
      skip "no Chromium was found" "Install it, or set CHROMIUM to it." "the test of the pages is skipped"
    fi
    if ! is_done browser "$inputs"; then
      rm -f target/browser.done
      CHROMIUM=$chromium npm run browser --silent
      echo "$inputs" > target/browser.done
    fi
    ;;
  *)
    echo "console: the step must be build, check or browser, was '$step'" >&2
    exit 2
    ;;
esac
