"""A stranger's configuration whose resolution would not end is refused before it is resolved."""

import time
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from mathpal.errors import DataError
from mathpal.settings import composition
from mathpal.settings.composition import CONF
from mathpal.settings.interpolations import require_bounded

LEVELS = range(40)


def chain(text: str) -> dict[str, Any]:
    """k0 names k1, k1 names k2, …; `@` stands for the number of the next."""
    return {f"k{i}": text.replace("@", str(i + 1)) for i in LEVELS} | {"k40": "x"}


@pytest.mark.parametrize(
    "config",
    [
        chain("${k@}${k@}"),
        dict(reversed(chain("${k@} and ${k@}").items())),
        {"m": chain("${.k@}${m[k@]}")},
        chain("${oc.select:k@}${oc.select:'k@'}"),
        {f"k{i}": {"a": f"${{k{i + 1}}}", "b": [f"${{k{i + 1}}}"]} for i in LEVELS},
        {f"k{i}": f"${{k{i + 1}}}" for i in range(400)},
        {f"k{i}": f"${{k{i + 1}}}" for i in reversed(range(400))},
        chain("${${b@}}${${b@}}") | {f"b{i}": f"k{i}" for i in range(41)},
        chain("${oc.decode:${b@}}"),
    ],
)
def test_work_without_end_is_refused(config: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="interpolations"):
        require_bounded(config)
    OmegaConf.save(OmegaConf.create(config), tmp_path / "config.yaml")
    with pytest.raises(DataError, match=r"config\.yaml is damaged: .*interpolations"):
        composition.load(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    "config",
    [
        {"a": ["${oc.env:HOME}"] * 1000, "b": "${a}"},
        {"a": "${b}", "b": "${a}"},  # a cycle is told where it is resolved
        {"a": r"\${b}\${b}", "b": "}${", "c": "${..d}", "d": "${}"},
        {"a": {"b": "${.c}", "c": "${oc.env:X,${a.d}}", "d": "${oc.decode:'1'}"}},
        *(OmegaConf.to_container(OmegaConf.load(path)) for path in CONF.rglob("*.yaml")),
    ],
)
def test_an_ordinary_configuration_is_taken(config: Any) -> None:
    require_bounded(config)


def test_many_names_of_one_large_mapping_cost_linear_time() -> None:
    config = {"m": {f"k{i}": i for i in range(12_000)}, "r": ["${m}"] * 12_000}
    began = time.process_time()
    require_bounded(config)
    assert time.process_time() - began < 5  # a scan of all values for each name took 43 s
