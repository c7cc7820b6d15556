"""Record: what a run leaves on disk, and who may write there.

Knows files, locks and signs of life; not models, Hydra or Lightning.
"""
