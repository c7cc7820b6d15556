"""`mathpal plan`: estimate what a run needs.

The keyword-only parameters of the function are the verb's settings.
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
    """Estimate the memory and time of a composition, without loading weights or reading data.

    The settings of a run (name, seed, …) are allowed too, because recipes set them.

    Args:
        device: the device that trains; auto is the one that this machine would use.
        memory_gb: memory of each device in GB of 2**30 bytes; None for that of this machine.
        tflops: measured speed of training in 10¹² operations per second, `train/tflops` of a run.
        like: a finished run whose measured `train/tflops` is used instead.
        format: text, or json with sizes in bytes.
    """
    from mathpal.planning.describe import as_text, as_values
    from mathpal.planning.plans import plan as planned

    if like is not None and tflops is not None:
        raise ConfigError("tflops and like both set the speed of training; give only one of them")
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
        raise ConfigError(f"like={run} has no train/tflops; expected a finished run")
    return float(rate)
