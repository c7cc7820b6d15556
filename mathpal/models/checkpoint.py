"""Read a whole checkpoint, or raise a ConfigError that says what is wrong with it.

Knows Transformers' `from_pretrained` and the faults that it passes over silently; knows no
architecture's settings.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mathpal.errors import ConfigError
from mathpal.record.hub_cache import unwritable_cache

log = logging.getLogger(__name__)


def read(kind: Any, source: str, path: str, **settings: Any) -> Any:
    """Call `kind.from_pretrained`, which runs no code of the source; explain a failure.

    Args:
        kind: a class of Transformers.
        source: the folder or hub name to read.
        path: the same as the user wrote it, for the message.
        settings: keywords of `from_pretrained`; those that are None are left out.

    Raises:
        ConfigError: if there is nothing to read, or the files are damaged.
    """
    settings = {name: value for name, value in settings.items() if value is not None}
    with explained(path):
        return kind.from_pretrained(source, trust_remote_code=False, **settings)


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turn an error of loading into a ConfigError that says what to do about it."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, ImportError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(
            f"model.path={path} could not be loaded: {_known_reason(error, path) or reason}\n"
            "Expected: shipped:gemma3n_tiny, a folder with config.json and *.safetensors, or a "
            "hub name that is in the cache or can be fetched (gated models need HF_TOKEN in the "
            "environment)."
        ) from error


def _known_reason(error: BaseException, path: str) -> str | None:
    """A short reason for an error of the hub's client; None for any other error."""
    from huggingface_hub import constants, errors

    if cache := unwritable_cache(error):
        return cache
    why = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else "the hub cannot be reached"
    unfetched = (
        f"it is not in the hub's cache, and {why}; fetch it where there is a network with: "
        f"hf download {path}, or name a folder"
    )
    chain, link = [], error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__  # type: ignore[assignment]
    for kind, reason in (
        (errors.HFValidationError, "there is no such folder, and a name of the hub is owner/name"),
        (errors.GatedRepoError, "it is gated: accept its licence on https://huggingface.co/"
         f"{path} and put a token of that account into HF_TOKEN"),
        (errors.RevisionNotFoundError, "the hub has it, but not this model.revision"),
        (errors.RepositoryNotFoundError, "neither a folder here nor a repository of the hub (a "
         "private one needs HF_TOKEN)"),
        (errors.OfflineModeIsEnabled, unfetched),
        (errors.LocalEntryNotFoundError, unfetched),
    ):  # fmt: skip
        if any(isinstance(one, kind) for one in chain):
            return reason
    return None


def stored_names(source: str, path: str, revision: str | None) -> set[str]:
    """Names of the weights in a checkpoint of one or more safetensors files."""
    from safetensors import safe_open
    from transformers.utils.hub import cached_file

    def file(name: str) -> str | None:
        found: str | None = cached_file(
            source, name, revision=revision, _raise_exceptions_for_missing_entries=False
        )
        return found

    with explained(path):
        if index := file("model.safetensors.index.json"):
            return set(json.loads(Path(index).read_text(encoding="utf-8"))["weight_map"])
        whole = file("model.safetensors")
        if whole is None:
            raise ConfigError(
                f"model.path={path} has no *.safetensors; expected: a checkpoint in that format"
            )
        with safe_open(whole, framework="pt") as weights:
            return set(weights.keys())


def unfilled(wanted: set[str], stored: set[str], mapping: dict[str, str], config: Any) -> list[str]:
    """Names of the wanted weights that are missing in a checkpoint, sorted.

    Args:
        wanted: names in the model.
        stored: names in the checkpoint.
        mapping: regular expression on stored names -> its replacement in the model's names.
        config: of the model.
    """
    held = set(stored)
    for pattern, place in mapping.items():
        held |= {re.sub(pattern, place, name) for name in stored}
    return [name for name in sorted(wanted - held) if not _is_unused(name, config)]


def generation_settings(source: str, path: str, revision: str | None) -> Any:
    """Return generation settings in place of a checkpoint's own that are invalid, else None.

    Transformers loads most invalid ones, and refuses to save a model that has them: after training.
    MathPal gives its own settings whenever it generates, so nothing that it measures depends on
    these.
    """
    from transformers import GenerationConfig

    settings = {} if revision is None else {"revision": revision}
    try:
        GenerationConfig.from_pretrained(source, **settings).validate(strict=True)
    except OSError:  # there are none
        return None
    except Exception as error:  # of many types, whatever the file holds
        reason = " ".join(str(error).split())
        log.warning(
            "model.path=%s: its generation_config.json is invalid and is not used, nor saved with "
            "an export: %s", path, reason[:300],
        )  # fmt: skip
        return GenerationConfig()
    return None


def read_model(kind: Any, source: str, path: str, **settings: Any) -> Any:
    """Load a model and check that every weight came from the checkpoint.

    Transformers would silently fill missing weights with random values. Arguments are those of
    `read`.

    Raises:
        ConfigError: naming the weights that are missing or have another shape.
    """
    settings["generation_config"] = generation_settings(source, path, settings.get("revision"))
    model, found = read(
        kind, source, path, output_loading_info=True, ignore_mismatched_sizes=True, **settings
    )
    missing = [n for n in sorted(found["missing_keys"]) if not _is_unused(n, model.config)]
    reshaped = [
        f"{name} {tuple(given)} instead of {tuple(wanted)}"
        for name, given, wanted in sorted(found["mismatched_keys"])
    ]
    holes = missing + reshaped
    if holes:
        more = f" and {len(holes) - 3} more" if len(holes) > 3 else ""
        raise ConfigError(
            f"model.path={path}: {len(missing)} weights of the model are not in the checkpoint "
            f"and {len(reshaped)} have another shape: {', '.join(holes[:3])}{more}. "
            "Expected: a whole checkpoint of this architecture; fetch or export it again"
        )
    return model


def _is_unused(name: str, config: Any) -> bool:
    """Whether a layer never uses this key or value weight: it shares an earlier layer's results.

    Some releases of Transformers create such weights in the model but do not save them.
    """
    match = re.search(r"\.layers\.(\d+)\.self_attn\.(?:k_proj|v_proj|k_norm)\.", name)
    shared = getattr(config, "num_kv_shared_layers", 0) or 0
    return match is not None and int(match[1]) >= config.num_hidden_layers - shared
