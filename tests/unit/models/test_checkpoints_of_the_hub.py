"""Checkpoints as they lie in the hub's cache, and a hub that says no; all of it made here."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError
from mathpal.models.checkpoint import stored_names, unfilled
from mathpal.models.loaded import Loaded
from mathpal.models.loading import fingerprint, load_gemma3n
from tests.unit.models.test_loading import miniature, saved, with_towers

ROOT = Path(__file__).resolve().parents[3]
ONLINE = {"HF_HUB_OFFLINE": "0", "HF_TOKEN": "", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def sharded(model: Any, tokenizer: Any, folder: Path) -> Path:
    model.save_pretrained(folder, max_shard_size="200KB")
    tokenizer.save_pretrained(folder)
    return folder


def load_there(names: list[str], **environment: str) -> list[str]:
    """Load hub names in a process of its own, as the hub's client reads its settings at import;
    what came of each: a fingerprint, or an error."""
    code = (
        "import sys\n"
        "from mathpal.errors import ConfigError\n"
        "from mathpal.models.loading import load_gemma3n\n"
        "for word in sys.argv[1:]:\n"
        "    path, _, revision = word.partition('@')\n"
        "    try:\n"
        "        print(load_gemma3n(path=path, revision=revision or None).fingerprint)\n"
        "    except ConfigError as error:\n"
        "        print(str(error).splitlines()[0])\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    env.pop("HF_HUB_CACHE", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def cache(shared_tiny: Loaded, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A hub cache with an E4B in shards beneath towers; and its fingerprint."""
    model = miniature(35, 15, shared_tiny.tokenizer)
    home = tmp_path_factory.mktemp("home")
    place = home / "hub" / "models--someone--gemma"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(COMMIT)
    folder = place / "snapshots" / COMMIT
    with_towers(saved(model, shared_tiny.tokenizer, folder))
    # As on the hub: the snapshot's files are links to blobs.
    (place / "blobs").mkdir()
    for number, file in enumerate(sorted(folder.iterdir())):
        blob = place / "blobs" / f"{number:040d}"
        file.rename(blob)
        file.symlink_to(Path("..", "..", "blobs", blob.name))
    return home, fingerprint(model)


class TestShards:
    @pytest.mark.parametrize(("layers", "shared"), [(30, 10), (35, 15)])
    def test_they_are_read_as_one(
        self, shared_tiny: Loaded, tmp_path: Path, layers: int, shared: int
    ) -> None:
        model = miniature(layers, shared, shared_tiny.tokenizer)
        folder = sharded(model, shared_tiny.tokenizer, tmp_path)
        assert len(list(folder.glob("*.safetensors"))) > 3
        assert load_gemma3n(path=str(folder)).fingerprint == fingerprint(model)
        names = stored_names(str(folder), str(folder), None)
        assert unfilled({n for n, _ in model.named_parameters()} - {"lm_head.weight"}, names, {},
                        model.config) == []  # fmt: skip

    def test_one_that_is_not_there_is_named(self, shared_tiny: Loaded, tmp_path: Path) -> None:
        model = miniature(30, 10, shared_tiny.tokenizer)
        folder = sharded(model, shared_tiny.tokenizer, tmp_path)
        gone = sorted(folder.glob("*.safetensors"))[1]
        gone.unlink()
        with pytest.raises(ConfigError, match=rf"could not be loaded: .*{gone.name}"):
            load_gemma3n(path=str(folder))


class TestNames:
    def test_of_one_file(self, shared_tiny: Loaded, tmp_path: Path) -> None:
        folder = str(saved(shared_tiny.model, shared_tiny.tokenizer, tmp_path))
        found = stored_names(folder, folder, None)
        assert found == {n for n, _ in shared_tiny.model.named_parameters()}

    def test_of_a_folder_without_weights(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"model\.path=mine.* no \*\.safetensors"):
            stored_names(str(tmp_path), "mine", None)

    def test_what_no_stored_name_fills(self) -> None:
        config = type("Config", (), {"num_hidden_layers": 4, "num_kv_shared_layers": 2})
        wanted = {"model.norm", "model.layers.3.self_attn.k_proj.weight",
                  "model.layers.1.self_attn.k_proj.weight"}  # fmt: skip
        mapping = {r"^model\.language_model\.": "model."}
        assert unfilled(wanted, {"model.language_model.norm"}, mapping, config) == [
            "model.layers.1.self_attn.k_proj.weight"
        ]


class TestTowers:
    def test_they_need_their_package(
        self, shared_tiny: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = with_towers(saved(shared_tiny.model, shared_tiny.tokenizer, tmp_path))
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(ConfigError, match=r"needs timm.*pip install timm, or model\.text_only"):
            load_gemma3n(path=str(folder), text_only=False)

    def test_a_checkpoint_without_them_has_none_to_keep(
        self, shared_tiny: Loaded, tmp_path: Path
    ) -> None:
        folder = saved(shared_tiny.model, shared_tiny.tokenizer, tmp_path)
        with pytest.raises(ConfigError, match=r"no towers to keep; use model\.text_only=true"):
            load_gemma3n(path=str(folder), text_only=False)


def test_the_cache_is_enough_without_a_network(cache: tuple[Path, str]) -> None:
    home, expected = cache
    names = ["someone/gemma", f"someone/gemma@{COMMIT}", "someone/gemma@v2", "someone/other"]
    here = load_there(names, HF_HOME=str(home), HF_HUB_OFFLINE="1")
    assert here[:2] == [expected, expected]
    for line, name in zip(here[2:], ["someone/gemma", "someone/other"], strict=True):
        assert line.startswith(f"model.path={name} could not be loaded: it is not in the hub's")
        assert "HF_HUB_OFFLINE is set" in line and f"hf download {name}" in line


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does for repositories that one may not see."""

    def do_HEAD(self) -> None:
        kinds = {"gated": (403, "GatedRepo"), "gone": (401, "RepoNotFound"),
                 "old": (404, "RevisionNotFound")}  # fmt: skip
        status, code = next(v for name, v in kinds.items() if f"/{name}" in self.path)
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *words: Any) -> None: ...


@pytest.fixture
def hub() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_hub_that_says_no_is_understood(hub: str, tmp_path: Path) -> None:
    gated, gone, old = load_there(
        ["someone/gated", "someone/gone", "someone/old@v9"],
        HF_HOME=str(tmp_path), HF_ENDPOINT=hub, **ONLINE,
    )  # fmt: skip
    assert "is gated: accept its licence on https://huggingface.co/someone/gated" in gated
    assert "HF_TOKEN" in gated
    assert "neither a folder here nor a repository of the hub" in gone
    assert "not this model.revision" in old


@pytest.mark.slow
def test_a_hub_that_does_not_answer(tmp_path: Path) -> None:
    """Its client tries for half a minute."""
    (away,) = load_there(
        ["someone/away"], HF_HOME=str(tmp_path), HF_ENDPOINT="http://127.0.0.1:9", **ONLINE
    )
    assert "the hub cannot be reached" in away and "hf download someone/away" in away


def test_no_folder_of_that_name() -> None:
    with pytest.raises(ConfigError, match=r"no such folder, and a name of the hub is owner/name"):
        load_gemma3n(path="/no/such/folder")


def test_configurations_of_both_sizes_are_those_of_the_tests(cache: tuple[Path, str]) -> None:
    config = json.loads(next(cache[0].rglob("config.json")).read_text())["text_config"]
    assert (config["num_hidden_layers"], config["num_kv_shared_layers"]) == (35, 15)
    assert torch.tensor(config["activation_sparsity_pattern"]).count_nonzero() == 10
