#!/usr/bin/env bash
# Builds initlint from the action's own commit, where get.sh put it on the PATH.
set -euo pipefail

cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "${RUNNER_TEMP:?}/initlint"
