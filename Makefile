# godwit: targets for building, testing and measuring. CI is `make ci`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

GO ?= go
BIN := $(CURDIR)/bin
GODWIT := $(BIN)/godwit

# Tools, at the versions that are known to work with the Go of go.mod.
GOLANGCI := v2.15.0
STATICCHECK := v0.8.2
GOVULNCHECK := v1.9.0

# What the tests need from Debian: command:package.
PACKAGES := rsync:rsync sshd:openssh-server ssh:openssh-client xinetd:xinetd setfacl:acl setfattr:attr \
	zstd:zstd strace:strace ip:iproute2 rsnapshot:rsnapshot lsyncd:lsyncd backupninja:backupninja rsbackup:rsbackup \
	stunnel4:stunnel4 openssl:openssl zsh:zsh fish:fish mandoc:mandoc curl:curl

# Where a release runs. The first one is what CI tests.
TARGETS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 freebsd/amd64 openbsd/amd64 netbsd/amd64 \
	solaris/amd64 windows/amd64

FUZZTIME ?= 30s

.PHONY: deps old-peers tools build test test-all race lint bench fuzz fuzz-nightly cross vuln ci clean

## deps: install what tests need and is missing (root on Debian; else it says what to install)
deps:
	@missing=(); \
	for p in $(PACKAGES); do \
		command -v "$${p%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/$${p%%:*}" ] || missing+=("$${p##*:}"); \
	done; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ]; then \
		echo "not installed: $${missing[*]} (tests that need them are skipped)" >&2; exit 0; \
	fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	printf '#!/bin/sh\nexit 101\n' >/tmp/godwit-policy-rc.d; \
	[ -e /usr/sbin/policy-rc.d ] || { install -m 755 /tmp/godwit-policy-rc.d /usr/sbin/policy-rc.d; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }; \
	apt-get update -qq; \
	apt-get install -y -qq --no-install-recommends "$${missing[@]}"

## old-peers: earlier releases of rsync, to talk to
old-peers: deps
	@test/interop/old-releases $(BIN)/old

## tools: the linters, built once into bin/
tools: $(BIN)/golangci-lint-$(GOLANGCI) $(BIN)/staticcheck-$(STATICCHECK) $(BIN)/govulncheck-$(GOVULNCHECK)

$(BIN)/golangci-lint-$(GOLANGCI):
	@GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	@mv $(BIN)/golangci-lint $@

$(BIN)/staticcheck-$(STATICCHECK):
	@GOBIN=$(BIN) $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK)
	@mv $(BIN)/staticcheck $@

$(BIN)/govulncheck-$(GOVULNCHECK):
	@GOBIN=$(BIN) $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	@mv $(BIN)/govulncheck $@

## build: bin/godwit, as shipped
build:
	@mkdir -p $(BIN)
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $(GODWIT) ./cmd/godwit

## test: everything CI needs of tests; within 15 minutes on 2 cores
test: old-peers build
	GODWIT_BIN=$(GODWIT) GODWIT_OLD_RSYNC=$(BIN)/old $(GO) test -count=1 -timeout 14m ./...

## test-all: the same, with all modes of the differential rows and the full interop product
test-all: old-peers build
	GODWIT_BIN=$(GODWIT) GODWIT_OLD_RSYNC=$(BIN)/old GODWIT_TEST_FULL=1 $(GO) test -count=1 -timeout 3h ./...

## race: the packages under the race detector (the outer layers run the program, which is built without it)
race:
	CGO_ENABLED=1 $(GO) test -race -tags osusergo,netgo -timeout 14m $$($(GO) list ./... | grep -v '^godwit/test/')

## lint: formatting, vet, golangci-lint, staticcheck
lint: tools
	@unformatted=$$(gofmt -l cmd internal test bench $$(ls *.go 2>/dev/null || true)); \
	if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(BIN)/golangci-lint-$(GOLANGCI) run ./...
	$(BIN)/staticcheck-$(STATICCHECK) -checks 'SA*,-SA1019,U1000' ./...

## vuln: known vulnerabilities in what we import; without the database it says so and goes on
vuln: $(BIN)/govulncheck-$(GOVULNCHECK)
	@out=$$($(BIN)/govulncheck-$(GOVULNCHECK) ./... 2>&1) && { echo "$$out"; exit 0; } || code=$$?; \
	echo "$$out"; \
	if grep -qE 'vulnerability (database|DB)|dial tcp|no such host|fetching vulnerabilities|Forbidden|unexpected HTTP' <<<"$$out"; then \
		echo "vuln: the database cannot be reached from here: not checked" >&2; exit 0; \
	fi; exit $$code

## cross: the program and its packages build for every system we ship for
cross:
	@for t in $(TARGETS); do \
		echo "cross $$t"; \
		GOOS=$${t%/*} GOARCH=$${t#*/} CGO_ENABLED=0 $(GO) build ./...; \
	done

## fuzz: each fuzz target for FUZZTIME
fuzz:
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "fuzz $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p; \
		done; \
	done

## fuzz-nightly: the same for hours: each decoder, then whole sessions
fuzz-nightly:
	$(MAKE) fuzz FUZZTIME=$${FUZZ_EACH:-20m}

## bench: godwit, stock rsync, cp and tar on the same work (see bench/; BENCH="-markdown out.md" passes flags)
bench: build
	$(GO) run ./bench -godwit $(GODWIT) $(BENCH)

## ci: what .ci/run runs; tests come last, so that their closing lines close the output
ci: lint vuln cross race test

clean:
	rm -rf $(BIN) bench/out
