# `make demo` shows the main job on a real server; `make test` passes the tests. Both install what is missing.
.DEFAULT_GOAL := help
.PHONY: help demo test differential build lint format install clean

PREFIX ?= /usr/local

help: ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

build: ## build czproxy (one static executable on Linux) and czproxy-ctl
	@Scripts/setup
	swift build -c release

demo: ## a real filesystem server behind a policy: one call allowed, one denied, the records shown
	@Scripts/demo

test: ## lint, build and run all tests
	@Scripts/setup
	@Scripts/setup-tests
	$(MAKE) lint
	swift build -c release
	swift test

differential: ## 50 000 generated policies and calls, decided by the Control Zero SDK and by us
	@Scripts/setup
	@Scripts/setup-tests controlzero
	swift build -c release
	.venvs/controlzero/bin/python Scripts/differential --ctl .build/release/czproxy-ctl --count 50000

lint: ## check the format of all Swift files
	swift format lint --strict --recursive Sources Tests Package.swift

format: ## put all Swift files into that format
	swift format --in-place --recursive Sources Tests Package.swift

install: build ## copy both executables to $(PREFIX)/bin
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/release/czproxy .build/release/czproxy-ctl "$(DESTDIR)$(PREFIX)/bin"

clean: ## remove what was built
	rm -rf .build .venvs
