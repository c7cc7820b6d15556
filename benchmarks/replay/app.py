"""A Hydra application that replays learning curves: trial i sleeps as long as curve i says.

It needs only Hydra, so that it runs in the environment of any sweeper.
"""

import json
import time
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig


@hydra.main(version_base="1.3", config_path=".", config_name="config")
def main(cfg: DictConfig) -> float:
    """Return the last value of the curve; a pruned trial stops earlier."""
    curve = json.loads(Path(cfg.curves).read_text())[HydraConfig.get().job.num]
    folder = Path(HydraConfig.get().runtime.output_dir)
    for step, value in enumerate(curve["values"], start=1):
        time.sleep(curve["seconds"] / len(curve["values"]))
        if cfg.reports:
            from mathpal.record import trials

            trials.report(folder, step, loss=value)
    return float(curve["values"][-1])


if __name__ == "__main__":
    main()
