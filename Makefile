# Thin: tools/setup prepares the machine, CMake presets build, CTest tests. `make help` lists the targets.
JOBS ?= $(shell nproc)
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-quick demo-full test test-cuda test-compat bundle test-faults test-slurm test-slurm-full asan bench-programs bench bench-growth format install clean

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## system packages and LibTorch (once; asks nothing)
	@tools/setup

build/%/build.ninja: | setup
	cmake --preset $*

build: setup build/release/build.ninja ## build/release/bin/radforge
	cmake --build build/release -j $(JOBS)

demo: build ## the whole study in small: real radiographs -> synthetic ones -> classifiers -> fairness, runs/demo/report.html (half an hour)
	tools/demo

demo-quick: build ## the same in minutes, too small to be of use, runs/demo-quick/
	tools/demo --quick

demo-full: build ## the demo, and five ways to train with three seeds, guidance, laws of scaling (hours)
	tools/demo --full

test: build ## every test and check, closing with CTest's summary
	ctest --test-dir build/release -j $(JOBS) --output-on-failure --no-tests=error

test-cuda: ## the build for CUDA: compiles, links, and passes the tests of what differs; those that need a GPU are skipped without one
	@tools/setup --cuda
	cmake --preset cuda
	cmake --build build/cuda -j $(JOBS) --target all bench
	ctest --test-dir build/cuda -j $(JOBS) -L '^(comm|nn|train|device|gpu)$$' --output-on-failure --no-tests=error

test-compat: ## the oldest LibTorch that is accepted: a build of its own, its unit tests and those of ranks (half an hour)
	tools/test_compat

bundle: test-cuda ## what a bare machine with GPUs needs to run and to be tested, but for LibTorch: dist/radforge-*-cuda.tar.xz
	tools/make_bundle

test-faults: build ## training runs and generations killed, starved of disk and held up, hundreds of times (hours); tallies in runs/faults/
	tests/faults/run.py $(CURDIR)/build/release/bin/radforge $(CURDIR)

test-slurm: build ## job files on virtual Slurm clusters: the whole pipeline, chains of starts, networks, bad input
	@tools/setup --slurm
	ctest --test-dir build/release -L slurm --output-on-failure --no-tests=error

test-slurm-full: build ## 20 nodes killed, 20 pre-emptions and 20 signals during trainings on a virtual cluster (40 minutes); a tally in runs/slurm/
	@tools/setup --slurm
	tests/slurm/disturbances.py $(CURDIR)/build/release/bin/radforge

asan: setup build/asan/build.ninja ## the unit tests of the LibTorch-free modules under ASan and UBSan
	cmake --build build/asan -j $(JOBS)
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/lsan.supp:print_suppressions=0 \
	  ctest --test-dir build/asan -R '^unit/' -j $(JOBS) --output-on-failure --no-tests=error

bench-programs: build
	cmake --build build/release -j $(JOBS) --target bench
	tools/peers/install

bench: bench-programs ## benchmarks against Python peers, bench/results/ (25 minutes)
	bench/run

bench-growth: bench-programs ## the long benchmarks, and how cost grows with model, batch, images, ranks and draws (hours)
	bench/run --long

format: ## clang-format over all C++ files
	tools/check_format --fix

install: build ## a relocatable tree in dist/radforge
	cmake --install build/release --prefix dist/radforge

clean: ## remove the build folders; .deps/ and runs/ stay
	rm -rf build dist
