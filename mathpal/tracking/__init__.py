"""Where metric records go. `metrics.jsonl` in the run directory is the source of truth."""
