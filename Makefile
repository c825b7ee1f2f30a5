# `make demo` shows the main job on a real server; `make test` passes the tests. Both install what is missing.
.DEFAULT_GOAL := help
.PHONY: help demo test differential fuzz hostile sanitize bench build docs lint format install clean

PREFIX ?= /usr/local

help: ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

build: ## build czproxy (one static executable on Linux) and czproxy-ctl
	@Scripts/setup
	swift build -c release

demo: ## a real filesystem server behind a policy: one call allowed, one denied, the records shown
	@Scripts/demo

test: ## lint, build, run all tests and make the documentation
	@Scripts/setup
	@Scripts/setup-tests
	$(MAKE) lint
	swift build -c release
	Scripts/run-tests
	Scripts/docs
	Scripts/dependent

differential: build ## compare many generated decisions and bundles with the real Control Zero SDK (COUNT=20000, BUNDLES=1000, CONFIGS=2000)
	@Scripts/setup-tests controlzero
	.venvs/controlzero/bin/python Scripts/differential --ctl .build/release/czproxy-ctl --count $(or $(COUNT),20000)
	.venvs/controlzero/bin/python Scripts/differential-data-loss --ctl .build/release/czproxy-ctl --count $(or $(COUNT),20000)
	.venvs/controlzero/bin/python Scripts/differential-configs --ctl .build/release/czproxy-ctl --count $(or $(CONFIGS),2000)
	.venvs/controlzero/bin/python Scripts/differential-bundle --ctl .build/release/czproxy-ctl --count $(or $(BUNDLES),1000)

fuzz: ## fuzz what reads others' bytes under AddressSanitizer (TARGET=json|framer|message|policy|audit|dataloss|bundle|session|all, TIME=60)
	@Scripts/setup
	Fuzz/run $(or $(TARGET),all) $(or $(TIME),60)

hostile: build ## many generated frames at every reader, 10 000 starts and ends, 200 000 calls, a day (COUNT, STARTS, CALLS, DAY)
	Fuzz/smuggle/setup-readers --install
	Fuzz/smuggle/smuggle --czproxy .build/release/czproxy --count $(or $(COUNT),1000000) --replay Testdata/hostile --keep .build/smuggled
	Fuzz/endure starts --czproxy .build/release/czproxy --count $(or $(STARTS),10000)
	Fuzz/endure soak --czproxy .build/release/czproxy --count $(or $(CALLS),200000)
	Fuzz/day --czproxy .build/release/czproxy --count $(or $(DAY),86400)

sanitize: build ## run the modules' tests under AddressSanitizer and ThreadSanitizer (the library's under the latter)
	@Scripts/setup-tests controlzero
	LSAN_OPTIONS=suppressions=$(CURDIR)/Fuzz/lsan.supp swift test --sanitize=address --scratch-path .build-asan --filter '$(MODULE_TESTS)'
	TSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/thread-sanitizer.suppressions swift test --sanitize=thread --scratch-path .build-tsan --filter '$(MODULE_TESTS)'
	Scripts/thread-sanitizer

MODULE_TESTS = ^(WireTests|HostConfigTests|PolicyTests|DataLossTests|BundleTests|AuditTests|RelayTests|ControlPlaneTests)\.

bench: build ## time the relay beside other guards, decisions and scans beside Control Zero in Python and Cedar, in one run
	@Scripts/setup-tests controlzero armorer-guard fastmcp mcp-firewall agentx-mcp
	.venvs/controlzero/bin/python -m pip install --quiet --disable-pip-version-check cedarpy==4.12.2
	Benchmarks/compare-relay
	.venvs/controlzero/bin/python Benchmarks/compare-evaluation
	.venvs/controlzero/bin/python Benchmarks/compare-scanning
	swift run --quiet -c release --package-path Benchmarks bundle-stages
	swift run --quiet -c release --package-path Benchmarks loading
	swift run --quiet -c release --package-path Benchmarks micro
	Benchmarks/instructions
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
