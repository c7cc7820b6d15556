"""Settings: a command line becomes a composition of checked functions. Imports nothing heavy.

Knows Hydra, signatures and rules between groups; not what any function does.
"""
