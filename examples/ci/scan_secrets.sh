#!/bin/sh
# Fails with exit code 9 when a file below a folder holds a secret (an access key, a token, a private key).
#
#   scan_secrets.sh [FOLDER]      FOLDER is . unless it is named
#
# What was found is in secrets.sarif, by file and line, without the secrets themselves. Nothing else is left: the
# report is in a folder of its own, which is deleted.
set -u
NERPROC_HOME=$(mktemp -d) || exit 1
export NERPROC_HOME
trap 'rm -rf "$NERPROC_HOME"' EXIT

nerproc scan "${1:-.}" \
  --model patterns --label SECRET \
  --exclude .git/ --exclude secrets.sarif \
  --fail-on 'COUNT(SECRET) > 0' \
  --output secrets.sarif
