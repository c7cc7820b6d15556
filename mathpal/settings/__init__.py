"""Turn a command line into checked functions with their settings bound.

Knows Hydra, function signatures and the rules between groups. Knows nothing of what the functions
do. Importing the package imports nothing heavy.
"""
