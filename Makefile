# journalbenk: `make run` runs the main job on its defaults, `make test` runs the tests.
# Every target makes the environment in .venv first when it is missing or out of date.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
STUDY ?= quickstart
CANDIDATE ?= reference-journal
PROCESSES ?= 3
# Wherever a machine says otherwise: hundreds of processes are started here, and each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test mutants bench soak fuzz peers lint clean

run: $(READY)
	@$(BIN)/journalbenk run $(STUDY) --candidate $(CANDIDATE)

test: $(READY)
	@$(BIN)/python -m pytest tests -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

mutants: $(READY)
	@JOURNALBENK_MUTANTS=all $(BIN)/python -m pytest tests/mutants -q

bench: $(READY)
	@$(BIN)/python -m tests.benchmarks $(ROOMS)

soak: $(READY)
	@$(BIN)/python -m tests.benchmarks.soak --minutes $(or $(MINUTES),60)

fuzz: $(READY)
	@$(BIN)/python -m tests.fuzzing --minutes $(or $(MINUTES),10)

peers: $(READY)
	@JOURNALBENK_PEERS=1 $(BIN)/python -m pytest tests/peers tests/candidates -m peers -q

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:
	rm -rf .venv runs dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock .ci/environment
	@sh .ci/environment $(PYTHON)
	@touch $@
