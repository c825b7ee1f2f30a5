# `make demo` shows the main job on a real server; `make test` passes the tests. Both install what is missing.
.DEFAULT_GOAL := help
.PHONY: help demo test differential fuzz bench build docs lint format install clean

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
	Scripts/dependent

differential: build ## compare many generated decisions and bundles with the real Control Zero SDK (COUNT=20000, BUNDLES=1000)
	@Scripts/setup-tests controlzero
	.venvs/controlzero/bin/python Scripts/differential --ctl .build/release/czproxy-ctl --count $(or $(COUNT),20000)
	.venvs/controlzero/bin/python Scripts/differential-data-loss --ctl .build/release/czproxy-ctl --count $(or $(COUNT),20000)
	.venvs/controlzero/bin/python Scripts/differential-bundle --ctl .build/release/czproxy-ctl --count $(or $(BUNDLES),1000)

fuzz: ## fuzz the reader of bundles under AddressSanitizer (TIME=60 seconds)
	@Scripts/setup
	Fuzz/run $(or $(TIME),60)

bench: build ## time decisions and scans beside Control Zero in Python and Cedar, in one run
	@Scripts/setup-tests controlzero
	.venvs/controlzero/bin/python -m pip install --quiet --disable-pip-version-check cedarpy==4.12.2
	.venvs/controlzero/bin/python Benchmarks/compare-evaluation
	.venvs/controlzero/bin/python Benchmarks/compare-scanning
	swift run --quiet -c release --package-path Benchmarks bundle-stages
	Benchmarks/compare-library

docs: ## make the documentation of the library ControlZero, under .build/docs
	@Scripts/docs

lint: ## check the format of all Swift files
	swift format lint --strict --recursive Sources Tests Package.swift

format: ## put all Swift files into that format
	swift format --in-place --recursive Sources Tests Package.swift

install: build ## copy both executables to $(PREFIX)/bin
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/release/czproxy .build/release/czproxy-ctl "$(DESTDIR)$(PREFIX)/bin"

clean: ## remove what was built
	rm -rf .build .venvs
