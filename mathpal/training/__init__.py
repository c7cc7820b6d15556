"""Training: the Lightning module, its callbacks and `fit`. Importing this imports nothing heavy."""
