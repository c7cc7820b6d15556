"""A model's repository may hold code; MathPal does not run it and asks nobody whether to."""

import json
from pathlib import Path

import pytest

from mathpal.errors import ConfigError
from mathpal.models.checkpoint import read


@pytest.mark.parametrize("kind", ["AutoConfig", "AutoTokenizer"])
def test_code_of_a_repository_is_not_run(tmp_path: Path, kind: str) -> None:
    import transformers

    made = tmp_path / "made"
    (tmp_path / "evil.py").write_text(f"open({str(made)!r}, 'w')\nclass Evil: pass\n")
    names = {"AutoConfig": "evil.Evil", "AutoTokenizer": ["evil.Evil", None]}
    config = {"model_type": "evil", "auto_map": names}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"auto_map": names}))
    with pytest.raises(ConfigError, match="contains custom code"):
        read(getattr(transformers, kind), str(tmp_path), str(tmp_path))
    assert not made.exists()
