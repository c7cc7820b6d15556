"""The command line: verbs, one module each. Imports Hydra, and nothing heavy."""
