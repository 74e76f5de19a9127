# Everything here works on a fresh clone with Go and nothing else; tests take PostgreSQL too where one answers.
.DEFAULT_GOAL := help
SHELL := /bin/bash

GOLANGCI_VERSION := v2.15.0
GOLANGCI := .bin/golangci-lint
ENGINE ?= sqlite
MEMBERS ?= 1000000
CLIENTS ?= 64
CHECKS ?= 1000000
SOAK ?= 2h
packages = $(shell grep -rl --include='*_test.go' '$(1)' internal | xargs -n1 dirname | sort -u | sed 's|^|./|')
TIMED = $(call packages,KOPILKA_SOAK\|dbtest\.Long)
RAPID = $(call packages,pgregory.net/rapid)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Run the service from the source, on SQLite in ./data
	go run ./cmd/kopilka serve

.PHONY: build
build: ## Build ./kopilka, one file without cgo
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o kopilka ./cmd/kopilka

.PHONY: test
test: ## Run the tests
	go test ./...

.PHONY: lint
lint: $(GOLANGCI) ## Look for mistakes without running anything
	$(GOLANGCI) run ./...

.PHONY: format
format: $(GOLANGCI) ## Format the source as CI wants it
	$(GOLANGCI) fmt ./...

$(GOLANGCI):
	GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

.PHONY: generate
generate: ## Make the generated files anew
	go generate ./...

.PHONY: bench
bench: ## Measure receipts over HTTP (ENGINE, MEMBERS, CLIENTS)
	go run ./cmd/kopilka bench receipts --engine $(ENGINE) --members $(MEMBERS) --clients $(CLIENTS)

.PHONY: soak
soak: ## Run properties and crash tests for hours (SOAK: each of those with a base; CHECKS: cases of the others)
	KOPILKA_SOAK=$(SOAK) go test -timeout 0 -count 1 $(TIMED)
	go test -timeout 0 -count 1 $(filter-out $(TIMED),$(RAPID)) -args -rapid.checks=$(CHECKS)

.PHONY: ci
ci: ## Run what CI runs
	.ci/run
