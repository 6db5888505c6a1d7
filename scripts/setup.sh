#!/bin/sh
# Installs what the tests need and this machine lacks: PostgreSQL, Chromium, Japanese fonts, Python, and the node packages of e2e/.
# It installs as root on a Debian; elsewhere it prints the command and fails. Where nothing is missing it takes no time.
set -eu
cd "$(dirname "$0")/.."

missing=
has() { command -v "$1" >/dev/null 2>&1; }
font() { find /usr/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" -iname "$1" 2>/dev/null | grep -q .; }

has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
has chromium || missing="$missing chromium"
font 'BIZUDPGothic*' || missing="$missing fonts-morisawa-bizud-gothic" # pages and PDF are set in it
font 'ipag*' || missing="$missing fonts-ipafont-gothic"                # what that lacks
has npm || missing="$missing nodejs npm"
has python3 || missing="$missing python3" # the verifier that was written from doc/trail.md alone

if [ -n "$missing" ]; then
	install="apt-get install --yes --no-install-recommends$missing"
	if [ "$(id -u)" != 0 ] || ! has apt-get; then
		echo "The tests need more than this machine has. Install it as root, then try again:" >&2
		echo "  $install" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	$install || { apt-get update && $install; }
fi

if [ -f e2e/package-lock.json ] && ! cmp -s e2e/package-lock.json e2e/node_modules/.installed; then
	npm ci --prefix e2e --no-audit --no-fund --ignore-scripts
	cp e2e/package-lock.json e2e/node_modules/.installed
fi
