"""What the verbs do, from a composed configuration to the terminal."""

from typing import Any


def train(cfg: Any) -> float | None:
    """Train; the last line printed is the run's directory."""
    from pathlib import Path

    from hydra.core.hydra_config import HydraConfig

    from mathpal import run

    result = run.train(cfg, Path(HydraConfig.get().runtime.output_dir))
    print(result.run_dir)
    return result.objective
