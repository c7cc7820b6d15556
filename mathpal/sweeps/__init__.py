"""Studies: many runs of one search space, driven, kept and read."""
