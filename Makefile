# What can be done here. `make` alone lists it; nothing else is needed to start:
# each target installs or builds what it stands on.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
# Captures of real pages stand beside some checkouts. Where they do not, the tests
# on them say so and are skipped.
export BLACKMARK_CAPTURES ?= $(abspath $(wildcard ../shared/captures))

NODE_MODULES := extension/node_modules/.stamp
PROGRAMS     := blackmark blackmark-cloud blackmark-sandbox
# Where goroutines share state; the race detector is too slow for the rest.
RACED        := $(addsuffix /...,$(addprefix ./,$(wildcard daemon/ledger daemon/orders daemon/localapi daemon/backup daemon/transfer)))
PLATFORMS    := linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64

.PHONY: help
help: ## list the targets
	@echo 'Blackmark: make TARGET, with TARGET one of'
	@sed -nE 's/^([a-z]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r target text; do printf '  %-10s %s\n' "$$target" "$$text"; done
	@echo 'Settings of soak: SOAK=8h for a day that is not compressed'
	@echo 'Settings of run: HEADLESS=1 drives the story without a window, SITE=shopee keeps to one site,'
	@echo '  BLACKMARK_CHROMIUM=/path/to/chromium takes another browser than the Debian package'

.PHONY: run
run: browser build ## see it work: sandbox sites, the daemon and Chromium with the extension
	go run ./extension/bundle -story .run/story.mjs
	node .run/story.mjs

.PHONY: build
build: $(NODE_MODULES) ## the programs into .run/bin, the extension into extension/dist
	mkdir -p .run/bin
	go build -o .run/bin/ $(addprefix ./daemon/cmd/,$(PROGRAMS))
	go run ./extension/bundle

.PHONY: test
test: browser firefox compiler build ## all tests: Go, the race detector, TypeScript, real browsers
	go test ./...
	$(if $(RACED),go test -race $(RACED))
	cd extension && npx playwright test
	.ci/fuzz

.PHONY: fuzz
fuzz: $(NODE_MODULES) ## feed every reader what nobody meant, FUZZTIME=30s each; FUZZTIME=1h is the long form
	.ci/fuzz

# Root is needed for the power cuts and the full disks; without it they are skipped,
# and say so.
.PHONY: faults
faults: ## the long forms of the fault tests: kills, power cuts, changed bytes, full disks (hours)
	.ci/install e2fsprogs xfsprogs
	BLACKMARK_TEST_LONG=1 go test -count 1 -v -timeout 12h -run 'Kill|Power|Byte|Full' ./daemon/... | grep -v '^=== '

.PHONY: check check-go check-generated check-extension check-supply
check: check-go check-generated check-extension check-supply ## format, vet, lint, types, known holes, and that generated files are current

check-go:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on: $$unformatted"; exit 1; fi
	go vet ./... && go vet .ci/bench/*.go && go vet .ci/licences.go && go vet .ci/shots.go
	go tool staticcheck ./...

check-generated:
	go run ./extension/bundle -check
	.ci/generated

check-extension: $(NODE_MODULES)
	cd extension && npx tsc --noEmit && npx biome check .

check-supply: $(NODE_MODULES)
	go run .ci/licences.go -check
	.ci/supply

.PHONY: bench
bench: browser build ## measure, print one table, write bench.json
	go run .ci/bench/*.go

.PHONY: shots
shots: browser build ## pictures of every screen, both languages, light and dark, into .run/shots
	.ci/shots

.PHONY: soak
soak: browser build ## a working day replayed over SOAK: 5m by default, 8h is real time
	cd extension && SOAK=$(or $(SOAK),5m) npx playwright test e2e/day.spec.ts

.PHONY: generate
generate: $(NODE_MODULES) ## write the generated files anew
	go generate ./...
	go run ./extension/bundle -generate
	go run .ci/licences.go

.PHONY: packages
packages: $(NODE_MODULES) ## build for every platform into .run/packages (compiled, not tried there)
	mkdir -p .run/packages
	@for platform in $(PLATFORMS); do \
	  os=$${platform%/*} arch=$${platform#*/} ending=; \
	  if [ $$os = windows ]; then ending=.exe; fi; \
	  echo "blackmark for $$platform"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags '-s -w' \
	    -o .run/packages/blackmark-$$os-$$arch$$ending ./daemon/cmd/blackmark; \
	done
	go run ./extension/bundle
	cp extension/dist/blackmark-*.zip .run/packages/
	cd .run/packages && sha256sum blackmark-* | tee SHA256SUMS
	@echo 'Compiled only: none of these was started.'

.PHONY: service
service: ## install, crash, restart and uninstall under a real systemd, in a container (root)
	.ci/service

.PHONY: clean
clean: ## remove what was built; the data that `make run` keeps in .run/data stays
	rm -rf extension/dist extension/node_modules extension/test-results .run/bin .run/packages .run/generated .run/story.mjs bench.json

# What stands below the targets above.

.PHONY: browser
browser:
	@$(if $(BLACKMARK_CHROMIUM),:,.ci/install chromium chromium-l10n fonts-noto-cjk)

# Its tests skip themselves, loudly, where it cannot be had.
.PHONY: firefox
firefox:
	@$(if $(BLACKMARK_FIREFOX),:,.ci/install firefox-esr || echo 'SKIPPED: the tests in Firefox')

.PHONY: compiler
compiler:
	@.ci/install gcc libc6-dev

$(NODE_MODULES): extension/package.json extension/package-lock.json extension/.npmrc
	cd extension && npm ci --no-fund --no-audit
	touch $@
