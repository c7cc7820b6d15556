"""What a run leaves on disk, and who may write there.

Knows files, locks and heartbeats; not models, Hydra or Lightning.
"""
