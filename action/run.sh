#!/usr/bin/env bash
# Runs initlint once: annotations on standard output, the job summary, and SARIF if asked for.
set -euo pipefail

# White space separates; nothing is expanded or run.
set -f
read -r -d '' -a args <<< "$INITLINT_ARGS" || true
read -r -d '' -a paths <<< "$INITLINT_PATHS" || true
set +f

summary="$(mktemp)"
trap 'rm -f "$summary"' EXIT

command=(initlint --format github --fail-on "$INITLINT_FAIL_ON" --output-file "markdown=$summary")
if [ -n "$INITLINT_SARIF_FILE" ]; then
  command+=(--output-file "sarif=$INITLINT_SARIF_FILE")
fi
if [ -n "$INITLINT_KUBERNETES_VERSION" ]; then
  command+=(--kubernetes-version "$INITLINT_KUBERNETES_VERSION")
fi

status=0
"${command[@]}" ${args[@]+"${args[@]}"} -- ${paths[@]+"${paths[@]}"} || status=$?

if [ -s "$summary" ]; then
  cat "$summary" >> "$GITHUB_STEP_SUMMARY"
fi
if [ -n "$INITLINT_SARIF_FILE" ] && [ -e "$INITLINT_SARIF_FILE" ]; then
  printf 'sarif-file=%s\n' "${INITLINT_SARIF_FILE//[$'\r\n']/}" >> "$GITHUB_OUTPUT"
fi
exit "$status"
