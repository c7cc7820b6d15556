"""MathPal fine-tunes Gemma-3n into a Vietnamese maths tutor.

Its packages from the ground up; each may import only from the lines above its own:

- `errors`, then `problems`, `progress`, `interruption` and `drawing` (charts): shared basics
- `answers` grades answers; `record` knows the files of a run directory
- `curriculum` generates problems; `tokens` encodes problems as rows and batches; `settings`
  checks configurations; `tracking` sends metrics
- `data` loads and splits problems; `models` loads models; `objectives` computes losses
- `generation` answers questions; `export` saves models; `reporting` writes pages; `sweeps` runs
  many trials
- `training` runs the steps; `evaluation` measures accuracy; `planning` predicts memory and time
- `run` orders the steps of one run; `studies` compares many runs
- `cli` has the commands; `worker` starts a run without Hydra
"""
