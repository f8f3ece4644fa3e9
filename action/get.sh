#!/usr/bin/env bash
# Puts initlint on the PATH of the steps that follow, and gets the binary where it is released, if its
# checksum is right. Else the output `source` stands for what `build.sh` builds: the action's own commit.
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

# Says what `build.sh` has to build: all that goes into the binary.
build() {
  local sources
  sources="$(cd "$GITHUB_ACTION_PATH" && find Cargo.toml Cargo.lock src rules -type f | LC_ALL=C sort | tr '\n' '\0' |
    xargs -0 cat | checksum -)"
  echo "source=$sources" >>"$GITHUB_OUTPUT"
}

# Fetches the file $1 of a release; 22 says that the server has none (curl(1), EXIT CODES).
fetch() {
  local from="${INITLINT_RELEASES:-https://github.com/initlint/initlint/releases/download}/$version"
  curl --fail --silent --show-error --location --proto-redir =https --retry 3 --output "$1" "$from/$1"
}

# Unpacks the released binary for the target $1, if there is one.
download() {
  local archive="initlint-$1.tar.gz" status=0
  fetch "$archive.sha256" || status=$?
  if [ "$status" = 22 ]; then return 1; fi
  if [ "$status" != 0 ] || ! fetch "$archive"; then fail "$version could not be downloaded"; fi
  [ "$(checksum "$archive")" = "$(cut -c -64 "$archive.sha256")" ] || fail "the checksum of $archive is wrong"
  tar -xzf "$archive" -C bin || fail "$archive could not be unpacked"
}

folder="${RUNNER_TEMP:?}/initlint"
mkdir -p "$folder/bin"
echo "$folder/bin" >>"$GITHUB_PATH"
cd "$folder"

version="$INITLINT_VERSION"
if [ "$version" = source ]; then
  build
elif [ "$version" = auto ]; then
  version="$(sed -n '/^version = /{s/.*"\(.*\)".*/v\1/p;q;}' "$GITHUB_ACTION_PATH/Cargo.toml")"
  if ! triple="$(target)" || ! download "$triple"; then
    echo "$version isn't released for this machine: building it"
    build
  fi
elif [[ "$version" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  triple="$(target)" || fail "no binary is released for $RUNNER_OS on $RUNNER_ARCH; use version: source"
  download "$triple" || fail "$version has no initlint-$triple.tar.gz"
else
  fail "version must be \`auto\`, \`source\` or a release such as v0.1.0"
fi
