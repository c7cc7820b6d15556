"""LoRA does not train embeddings: the base must have met every token that it is to write."""

from pathlib import Path

import pytest

from mathpal.curriculum import FAMILIES, problem

ASSET = Path(__file__).resolve().parents[3] / "mathpal" / "assets" / "gemma3n_tiny"
TEACHES_WORDS = "dem"  # many phrases, each of them rare


@pytest.mark.slow  # it changes only with the shipped model
def test_no_token_of_a_grade_5_solution_is_new_to_the_shipped_base():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(ASSET)

    def written(later: bool) -> set[str]:
        entries = [f for f in FAMILIES.values() if f.grade <= 5 and (f.grade == 5) is later]
        items = (
            problem("tokens", "train", entry.name, i)
            for entry in entries
            for i in range(4_000 if entry.name == TEACHES_WORDS else 150)
        )
        return {token for item in items for token in tokenizer.tokenize(item.solution)}

    assert written(later=True) - written(later=False) == set()
