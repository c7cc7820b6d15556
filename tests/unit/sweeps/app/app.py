"""A Hydra application whose runs cost nothing, and fail and die as they are told."""

import os
import signal
import time
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from mathpal.record import outcome, trials
from mathpal.record.outcome import Objective, Outcome


def more(cfg: DictConfig, trial: object) -> None:
    """A space that depends on itself: z exists where y is even."""
    if trial.params["y"] % 2 == 0:  # type: ignore[attr-defined]
        trial.suggest_float("+z", 0.0, 1.0)  # type: ignore[attr-defined]


@hydra.main(version_base="1.3", config_path=".", config_name="config")
def main(cfg: DictConfig) -> float | list[float]:
    """The value of a point, after as many steps and misfortunes as the configuration says."""
    folder = Path(HydraConfig.get().runtime.output_dir)
    with (folder / "begun").open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    if len((folder / "begun").read_text().splitlines()) <= cfg.dies:
        os.kill(os.getpid(), signal.SIGKILL)
    since = time.time()
    value = (cfg.x - 2) ** 2 + cfg.y + (cfg.seed - 42) / 100
    for step in range(1, cfg.steps + 1):
        time.sleep(cfg.seconds)
        trials.report(folder, step, objective=value + 1 / step)
    if not cfg.steps:
        time.sleep(cfg.seconds)
    gpus = os.environ.get("CUDA_VISIBLE_DEVICES", "all")
    (folder / "gpus").write_text(f"{gpus} {since} {time.time()}")
    with (folder / "ended").open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    if cfg.fails_above is not None and cfg.x > cfg.fails_above:
        raise ValueError(f"x={cfg.x} is too much")
    if cfg.nan_above is not None and cfg.x > cfg.nan_above:
        return float("nan")
    if cfg.measured:
        metrics = {"objective": value, "size/x": -float(cfg.x)}
        outcome.write(folder, Outcome("completed", metrics, Objective("objective", value)))
    return value if cfg.outcomes == 1 else [value, float(cfg.x)]


if __name__ == "__main__":
    main()
