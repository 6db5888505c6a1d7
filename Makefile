# make test needs Go and, for what it installs itself, a Debian with root; scripts/setup.sh says what is missing elsewhere.
SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
export CGO_ENABLED := 0

tool = go tool -modfile=tools/go.mod

.PHONY: test setup lint fmt race check build release bench
.DEFAULT_GOAL := test

test: setup ## everything that is tested; the last lines name what was left out
	go test -v -timeout 20m ./... 2>&1 | awk -f scripts/summary.awk

setup: ## what the tests need and this machine lacks
	sh scripts/setup.sh

lint: ## format and linters; the first run builds them (2 minutes)
	@unformatted=$$($(tool) gofumpt -l cmd internal regime bench); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):" $$unformatted; exit 1; fi
	$(tool) golangci-lint run ./...

fmt:
	$(tool) gofumpt -w cmd internal regime bench

race: setup ## the race detector, where goroutines share something
	CGO_ENABLED=1 go test -race -timeout 20m $(wildcard ./internal/base/db ./internal/kernel/trail ./internal/kernel/job ./internal/kernel/approval ./internal/kernel/duty)

check: test lint race ## before a release
	GOOS=linux go build -o /dev/null ./cmd/sekimori
	GOOS=windows go build -o /dev/null ./cmd/sekimori

build:
	go build -trimpath -o sekimori ./cmd/sekimori

release: setup ## a program that carries its font for PDF
	sh scripts/font.sh
	go build -trimpath -tags bizud -o sekimori ./cmd/sekimori

bench: ## speed against a floor in the same run; see doc
	go run ./bench
