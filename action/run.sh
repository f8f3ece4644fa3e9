#!/usr/bin/env bash
# Runs initlint once: annotations on standard output, the job summary, and SARIF if asked for.
set -euo pipefail

# The lines of $1 that aren't blank, without the blanks around them.
lines() {
  sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^$/d' <<<"$1"
}

summary="${RUNNER_TEMP:?}/initlint-summary.md"
rm -f "$summary"

command=(initlint --format github --fail-on "$INITLINT_FAIL_ON")
if [ -n "$INITLINT_KUBERNETES_VERSION" ]; then
  command+=(--kubernetes-version "$INITLINT_KUBERNETES_VERSION")
fi
if [ -n "$INITLINT_BASELINE" ]; then
  command+=(--baseline "$INITLINT_BASELINE")
fi
if [ -n "$INITLINT_CONFIG" ]; then
  command+=(--config "$INITLINT_CONFIG")
fi
if [ -n "$INITLINT_SARIF_FILE" ]; then
  # Code scanning would show suppressed findings as open ones (github/codeql-action#1230).
  command+=(--omit-suppressed --output-file "sarif=$INITLINT_SARIF_FILE")
fi
# Last: where the summary is, all that was asked for is.
command+=(--output-file "markdown=$summary")
# White space separates options; nothing in them is expanded or run.
while read -r -a words; do
  command+=(${words[@]+"${words[@]}"})
done <<<"$INITLINT_ARGS"
command+=(--)
while IFS= read -r path; do
  command+=("$path")
done < <(lines "$INITLINT_PATHS")

status=0
"${command[@]}" || status=$?

if [ -e "$summary" ]; then
  cat "$summary" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  if [ -n "$INITLINT_SARIF_FILE" ]; then
    printf 'sarif-file=%s\n' "${INITLINT_SARIF_FILE//[$'\r\n']/}" >>"$GITHUB_OUTPUT"
  fi
fi
exit "$status"
