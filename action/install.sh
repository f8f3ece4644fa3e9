#!/usr/bin/env bash
# Puts initlint on the PATH of the steps that follow: a released binary whose checksum is right,
# or one built from the action's own commit.
set -euo pipefail

fail() {
  echo "::error title=initlint::$1"
  exit 2
}

# The name under which release.yml packs the binary for this runner.
target() {
  case "${RUNNER_OS:?}-${RUNNER_ARCH:?}" in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
    *) return 1 ;;
  esac
}

# macOS has only shasum, some Linux images only sha256sum.
checksum() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -c -64
}

download() {
  local archive="initlint-$1.tar.gz"
  local from="${INITLINT_RELEASES:-https://github.com/initlint/initlint/releases/download}/$INITLINT_VERSION"
  for file in "$archive" "$archive.sha256"; do
    curl --fail --silent --show-error --location --proto-redir =https --retry 3 --output "$file" "$from/$file" ||
      fail "$INITLINT_VERSION has no $file"
  done
  [ "$(checksum "$archive")" = "$(cut -c -64 "$archive.sha256")" ] || fail "the checksum of $archive is wrong"
  tar -xzf "$archive" -C bin
}

folder="${RUNNER_TEMP:?}/initlint"
mkdir -p "$folder/bin"

if [ "$INITLINT_VERSION" = source ]; then
  cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "$folder"
elif [[ "$INITLINT_VERSION" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  triple="$(target)" || fail "no binary is released for $RUNNER_OS on $RUNNER_ARCH; use version: source"
  (cd "$folder" && download "$triple")
else
  fail "version must be \`source\` or a release such as v0.1.0"
fi

echo "$folder/bin" >>"$GITHUB_PATH"
