"""What `mathpal plan` does, from checked settings to the terminal.

The keyword-only parameters of a verb's function are its settings.
"""

import json
from typing import Annotated, Literal

from annotated_types import Gt
from pydantic import DirectoryPath

from mathpal.errors import ConfigError
from mathpal.settings.capabilities import declares
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import RunSettings

Amount = Annotated[float, Gt(0)]


@declares(beside=RunSettings)
def plan(
    composition: Composition,
    *,
    device: Literal["auto", "gpu", "cpu"] = "auto",
    memory_gb: Amount | None = None,
    tflops: Amount | None = None,
    like: DirectoryPath | None = None,
    format: Literal["text", "json"] = "text",
) -> None:
    """Say what a composition will need; no weights are loaded, no data read.

    The settings of a run (name, seed, …) may stand beside these, as recipes set them.

    Args:
        device: what trains; auto is what this machine would take.
        memory_gb: of each device, in GB of 2**30 bytes; None for what this machine has.
        tflops: 10¹² operations a second that training achieves, `train/tflops` of a run.
        like: a finished run whose measured `train/tflops` is taken.
        format: text, or json with sizes in bytes.
    """
    from mathpal.planning.describe import as_text, as_values
    from mathpal.planning.plans import plan as planned

    if like is not None and tflops is not None:
        raise ConfigError("tflops and like both give a rate; leave one of them out")
    rate = tflops if like is None else _measured(like)
    made = planned(composition, device=device, memory_gb=memory_gb, tflops=rate)
    if format == "json":
        print(json.dumps(as_values(made), ensure_ascii=False, indent=2))
    else:
        print(as_text(made))


def _measured(run: DirectoryPath) -> float:
    from mathpal.record.outcome import read

    rate = read(run).metrics.get("train/tflops")
    if not rate:
        raise ConfigError(f"like={run}: it has no train/tflops; expected a run that was trained")
    return float(rate)
