# kepu: the only build file. `make help` lists the targets.

VERSION := 0.1.0
BUILD ?= build
CC ?= gcc
PYTHON := /usr/bin/python3
SHELL := /bin/bash
PREFIX ?= /usr
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system

# Debian's packages: what building, running and testing need.
BUILD_PACKAGES := gcc make pkg-config libc6-dev libuv1-dev libsqlite3-dev libpq-dev libcurl4-openssl-dev libical-dev \
	libmicrohttpd-dev libjansson-dev libsodium-dev libqrencode-dev zlib1g-dev libicu-dev tzdata
TEST_PACKAGES := libcmocka-dev python3-pytest python3-icalendar python3-dateutil python3-requests python3-html5lib \
	python3-hypothesis python3-selenium chromium chromium-driver khal sqlite3 postgresql \
	python3-psycopg2 systemd fonts-noto-cjk libzbar0
# An npm of any origin does; Debian's is four hundred packages, so only where there is none.
TEST_PACKAGES += $(if $(shell command -v npm),,nodejs npm)
BENCH_PACKAGES := nginx-light wrk

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings \
	-Wcast-qual -Wundef -Wformat=2 -Wimplicit-fallthrough
ifneq ($(CI),)
WARNINGS += -Werror
endif
HARDENING := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE
SANITIZE ?=
ifneq ($(SANITIZE),)
# What UBSan finds ends the program; where it went on, gcc would warn of the values that it had just complained about.
HARDENING := -fPIE -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined
endif
OPTIMISE ?= -O2
ALL_CFLAGS := -std=c17 -D_GNU_SOURCE -DKEPU_VERSION='"$(VERSION)"' -Idaemon -g $(OPTIMISE) $(WARNINGS) $(HARDENING) \
	-MMD -MP $(shell pkg-config --cflags libpq 2>/dev/null) $(CFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

DAEMON_LIBS := -luv -lsqlite3 -lpq -lmicrohttpd -lcurl -lical -ljansson -lsodium -lqrencode -lz -licuuc -lm
CTL_LIBS := -lcurl -ljansson -lsodium -lqrencode -lz
LIBRARIES := libuv sqlite3 libpq libmicrohttpd libcurl libical jansson libsodium libqrencode zlib icu-uc

ROOMS := base domain calendar store service notify web
DAEMON_SOURCES := $(sort $(wildcard daemon/*.c) $(foreach r,$(ROOMS),$(wildcard daemon/$(r)/*.c)))
CTL_SOURCES := $(sort $(wildcard ctl/*.c))
# Names are compared where they are kept: kepuctl needs no tables of Unicode.
CTL_SHARED := $(filter-out daemon/base/nfc.c daemon/domain/name.c, $(sort $(wildcard daemon/base/*.c daemon/domain/*.c)))
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
SIM_OBJECTS = $(call object,$(sort $(wildcard tests/sim/*.c)))
BENCHES := $(patsubst tests/bench/%.c,%,$(sort $(wildcard tests/bench/*.c)))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
DAEMON_OBJECTS := $(call object,$(DAEMON_SOURCES))
LIB_OBJECTS := $(filter-out $(BUILD)/obj/daemon/main.o,$(DAEMON_OBJECTS))
CTL_OBJECTS := $(call object,$(CTL_SOURCES) $(CTL_SHARED))
ASSETS := $(shell sed -n 's/^A(.*"\(.*\)")$$/\1/p' daemon/base/assets.def)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help deps build-deps test-deps test-npm run demo test totals unit sim e2e lint check-asan check-tsan fuzz bench crash install clean FORCE

all: $(BUILD)/kepud $(BUILD)/kepuctl                       ## build kepud and kepuctl

help:                                                      ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

# A flags file rebuilds everything when the flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@

# Names the packages that are missing, instead of a page of compiler errors.
$(BUILD)/libraries: | $(BUILD)/flags
	@for lib in $(LIBRARIES); do pkg-config --exists $$lib || missing="$$missing $$lib"; done; \
	if [ -n "$$missing" ]; then echo "kepu needs these libraries:$$missing. Install them with: make deps" >&2; exit 1; fi
	@touch $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | $(BUILD)/libraries
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC      $<";) $(if $(V),set -x;) $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/obj/daemon/base/assets.o: $(ASSETS)

$(BUILD)/kepud: $(DAEMON_OBJECTS)
	@$(if $(V),,echo "  LINK    $@";) $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIBS)

$(BUILD)/kepuctl: $(CTL_OBJECTS)
	@$(if $(V),,echo "  LINK    $@";) $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(CTL_LIBS)

$(BUILD)/libkepu.a: $(LIB_OBJECTS)
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/unit/test_ctl_%: $(BUILD)/obj/tests/unit/test_ctl_%.o $(filter-out $(BUILD)/obj/ctl/main.o,$(CTL_OBJECTS))
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK    $@";) $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(CTL_LIBS)

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libkepu.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK    $@";) $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(DAEMON_LIBS) -lpthread

$(BUILD)/sim/sim: $(SIM_OBJECTS) $(BUILD)/libkepu.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK    $@";) $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIBS) -lpthread

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/libkepu.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK    $@";) $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIBS) -lpthread

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# Installing what is missing ----------------------------------------------------------------------------------------

define install_packages
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		echo "kepu: installing with apt-get:" $$missing; \
		sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
		$$sudo apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y --no-install-recommends -qq $$missing >/dev/null; \
	fi
endef

build-deps:
	$(call install_packages,$(BUILD_PACKAGES))

test-deps:
	$(call install_packages,$(TEST_PACKAGES))

deps:                                                      ## install the packages that building, testing and benchmarks need
	$(call install_packages,$(BUILD_PACKAGES) $(TEST_PACKAGES) $(BENCH_PACKAGES))

# Running -----------------------------------------------------------------------------------------------------------

LISTEN ?= 127.0.0.1:8280

run: build-deps                                            ## build, then run kepud here with the plan loaded (state in run/)
	@$(MAKE) --no-print-directory all
	@mkdir -p run && touch run/kepud.conf
	@exec $(BUILD)/kepud --config run/kepud.conf --state-dir run --socket run/kepud.sock --listen $(LISTEN) --seed seeds

demo: build-deps test-deps                                 ## a scripted tour with a small chat receiver; ends by itself
	@$(MAKE) --no-print-directory all
	@KEPU_BIN=$(abspath $(BUILD)) $(PYTHON) tests/demo.py

# Checking ----------------------------------------------------------------------------------------------------------

test: build-deps test-deps                                 ## lint, unit tests, whole-program tests on both databases
	@rm -rf $(BUILD)/results
	@$(MAKE) --no-print-directory all lint
	@$(MAKE) --no-print-directory totals

# All run, whatever comes of the first; the last line is the sum. What doesn't come to an end counts as a failure.
totals:
	@mkdir -p $(BUILD)/results
	-@$(MAKE) --no-print-directory unit
	-@$(MAKE) --no-print-directory sim
	-@$(MAKE) --no-print-directory e2e
	-@$(MAKE) --no-print-directory e2e-postgres
	@set -o pipefail; $(PYTHON) tests/summary.py $(BUILD)/results | tee $(BUILD)/results/summary.txt

unit: $(UNIT_TESTS:%=$(BUILD)/unit/%)                      ## the unit tests
	@mkdir -p $(BUILD)/results
	@$(PYTHON) tests/postgres.py --if-there $(PYTHON) tests/run_unit.py --results $(BUILD)/results/unit.txt $^

SEEDS ?= 2000
sim: $(BUILD)/sim/sim                                      ## a simulated month of reminders from each seed (SEEDS=2000)
	@mkdir -p $(BUILD)/results
	@$< --seeds $(SEEDS) --jobs $$(nproc) --results $(BUILD)/results/sim.txt

e2e: all test-npm                                          ## the whole-program tests on SQLite
	@mkdir -p $(BUILD)/results
	@KEPU_BIN=$(abspath $(BUILD)) $(PYTHON) -m pytest -q -p no:cacheprovider --junitxml=$(BUILD)/results/e2e.xml \
		tests/e2e tests/browser $(PYTEST_FLAGS)

e2e-postgres: all test-npm                                 ## the same on a PostgreSQL that they start themselves
	@mkdir -p $(BUILD)/results
	@KEPU_BIN=$(abspath $(BUILD)) $(PYTHON) tests/postgres.py $(PYTHON) -m pytest -q -p no:cacheprovider \
		--junitxml=$(BUILD)/results/e2e-postgres.xml tests/e2e $(PYTEST_FLAGS)

# Where it can't be fetched, the tests that want it are skipped and say so.
test-npm:                                                  ## judges of feeds and pages, ical.js and axe-core, into build/node
	@mkdir -p build/node
	@cmp -s tests/e2e/icaljs/package.json build/node/package.json && [ -d build/node/node_modules/ical.js ] && [ -d build/node/node_modules/axe-core ] || { \
		cp tests/e2e/icaljs/package.json build/node/ && \
		npm install --prefix build/node --no-package-lock --ignore-scripts --no-audit --no-fund --silent || \
		echo "kepu: ical.js and axe-core could not be installed; the tests that need them are skipped"; }

lint:                                                      ## the fences between rooms, and the build's warnings
	@$(PYTHON) tests/lint.py

check-asan:                                                ## all tests under AddressSanitizer and UBSan
	@KEPU_TEST_SLOWNESS=$${KEPU_TEST_SLOWNESS:-4} $(MAKE) --no-print-directory BUILD=build/asan \
		SANITIZE=address,undefined OPTIMISE=-O1 all totals

check-tsan:                                                ## the unit tests under ThreadSanitizer
	@KEPU_TEST_SLOWNESS=$${KEPU_TEST_SLOWNESS:-4} $(MAKE) --no-print-directory BUILD=build/tsan \
		SANITIZE=thread OPTIMISE=-O1 all unit

FUZZ_SECONDS ?= 60
fuzz:                                                      ## every fuzzer for FUZZ_SECONDS (needs clang)
	@BUILD=$(BUILD)/fuzz SECONDS_EACH=$(FUZZ_SECONDS) tests/fuzz/run.sh $(FUZZERS)

bench: all $(BENCHES:%=$(BUILD)/bench/%)                   ## measurements beside a peer (BENCH="signup feed")
	@KEPU_BIN=$(abspath $(BUILD)) $(PYTHON) tests/bench/bench.py $(BENCH)

ROUNDS ?= 300
PLACE_ROUNDS ?= 100
CRASH_SEEDS ?= 20000
crash: all $(BUILD)/sim/sim                                ## the long kill -9 campaign (ROUNDS=300), and 20,000 simulated months
	@$(BUILD)/sim/sim --from 100000 --seeds $(CRASH_SEEDS) --jobs $$(nproc)
	@KEPU_BIN=$(abspath $(BUILD)) ROUNDS=$(ROUNDS) $(PYTHON) tests/crash/crash.py
	@KEPU_BIN=$(abspath $(BUILD)) ROUNDS=$(PLACE_ROUNDS) $(PYTHON) tests/crash/last_place.py
	@KEPU_BIN=$(abspath $(BUILD)) ROUNDS=$(PLACE_ROUNDS) $(PYTHON) tests/postgres.py $(PYTHON) tests/crash/last_place.py

# Installing --------------------------------------------------------------------------------------------------------

install: all                                               ## install into DESTDIR with PREFIX
	install -D -m 755 $(BUILD)/kepud $(DESTDIR)$(PREFIX)/sbin/kepud
	install -D -m 755 $(BUILD)/kepuctl $(DESTDIR)$(PREFIX)/bin/kepuctl
	install -D -m 644 systemd/kepud.service $(DESTDIR)$(UNITDIR)/kepud.service
	install -D -m 644 systemd/kepu.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/kepu.conf
	install -D -m 644 systemd/kepud.conf $(DESTDIR)$(SYSCONFDIR)/kepu/kepud.conf
	install -D -m 644 docs/kepud.8 $(DESTDIR)$(PREFIX)/share/man/man8/kepud.8
	install -D -m 644 docs/kepuctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/kepuctl.1
	install -d $(DESTDIR)$(PREFIX)/share/kepu/seeds/holidays
	install -m 644 $(wildcard seeds/*.json) $(DESTDIR)$(PREFIX)/share/kepu/seeds
	install -m 644 $(wildcard seeds/holidays/*.json) $(DESTDIR)$(PREFIX)/share/kepu/seeds/holidays
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/kepu/copyright

clean:                                                     ## remove what was built (run/ stays)
	rm -rf build
