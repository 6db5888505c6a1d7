#!/bin/sh
# Copies BIZ UDPゴシック from where the system has it to where the build tag bizud embeds it from.
set -eu
cd "$(dirname "$0")/.."

to=internal/base/paper/bizud
mkdir -p "$to"
for name in BIZUDPGothic-Regular.ttf BIZUDPGothic-Bold.ttf; do
	from=$(find /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" "$HOME/.fonts" -name "$name" 2>/dev/null | head -n 1)
	if [ -z "$from" ]; then
		echo "$name is not installed: apt-get install fonts-morisawa-bizud-gothic" >&2
		exit 1
	fi
	cp "$from" "$to/$name"
done
