"""Proof of what a model can do: generate, grade, count. Importing this imports nothing heavy."""
