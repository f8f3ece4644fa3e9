#!/usr/bin/env bash
# Puts initlint on the PATH of the steps that follow: a released binary whose checksum is right,
# or one built from the action's own commit.
set -euo pipefail

bin="${RUNNER_TEMP:?}/initlint/bin"
mkdir -p "$bin"

if [ "$INITLINT_VERSION" = source ]; then
  cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "${RUNNER_TEMP}/initlint"
else
  case "$INITLINT_VERSION" in
    v[0-9]*.[0-9]*.[0-9]*) ;;
    *) echo "::error title=initlint::version must be \`source\` or a release such as v0.1.0"; exit 2 ;;
  esac
  case "${RUNNER_OS:?}-${RUNNER_ARCH:?}" in
    Linux-X64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    Windows-X64) target=x86_64-pc-windows-msvc ;;
    *) echo "::error title=initlint::no released binary for $RUNNER_OS $RUNNER_ARCH; use version: source"; exit 2 ;;
  esac
  archive="initlint-$target.tar.gz"
  url="${INITLINT_RELEASES:-https://github.com/initlint/initlint/releases/download}/$INITLINT_VERSION"
  cd "$RUNNER_TEMP/initlint"
  curl --fail --silent --show-error --location --remote-name-all "$url/$archive" "$url/$archive.sha256"
  # macOS has shasum only.
  if command -v sha256sum >/dev/null; then sha256sum --check "$archive.sha256"; else shasum -a 256 --check "$archive.sha256"; fi
  tar -xzf "$archive" -C "$bin"
fi

echo "$bin" >> "$GITHUB_PATH"
