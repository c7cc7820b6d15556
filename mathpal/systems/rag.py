"""Retrieval-augmented answering: similar solved problems are shown before each question."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import DirectoryPath

from mathpal.generation.records import Question
from mathpal.models.loaded import Loaded
from mathpal.retrieval.examples import Example, choose
from mathpal.retrieval.retriever import Index, Method, Vectors, build, safe
from mathpal.systems.bench import Bench
from mathpal.systems.build import Instruction, Preset, base, tuned
from mathpal.systems.local import Examples, LocalModel, count_tokens
from mathpal.systems.prompting import prompted
from mathpal.systems.system import System


def rag(
    bench: Bench,
    name: str,
    *,
    of: Literal["base", "tuned"] = "base",
    run: DirectoryPath | None = None,
    examples: Annotated[int, Ge(1)] = 2,
    method: Method = "bm25",
    embeddings: str = "lsa",
    index: Vectors = "numpy",
    path: Path | None = None,
    url: str | None = None,
    collection: str | None = None,
    query_prefix: str = "",
    passage_prefix: str = "",
    instruction: Instruction = "auto",
    preset: Preset | None = None,
    stop: Sequence[str] = (),
) -> System:
    """Build a model that is shown similar solved problems of the first run's training split.

    Problems that give a test problem away are left out. An answer names its examples as sources.

    Args:
        of: the model that answers: base | tuned.
        run: the run's directory; None for the comparison's first run.
        examples: most examples before a question; fewer where the model's length ends.
        method: how examples are found: bm25 | dense | hybrid (both, fused by their ranks).
        embeddings: of dense vectors: lsa, or the folder or name of a sentence-transformers model.
        index: what searches dense vectors: numpy | faiss | qdrant.
        path: with index=qdrant, the folder of an embedded Qdrant.
        url: with index=qdrant, the address of a server.
        collection: an existing collection of Qdrant, made with the model of `embeddings`.
        query_prefix: text that the embedding model expects before a question that is asked.
        passage_prefix: text that it expects before a question of the index.
        instruction: text before each question; auto as for `base`; null for none.
        preset: how it samples: greedy | gemma; null for the comparison's settings.
        stop: further texts that end an answer.
    """
    make = base if of == "base" else tuned
    model = make(bench, name, run=run, instruction=instruction, preset=preset, stop=stop)
    shown = safe(bench.train, bench.test)
    found = build(
        shown.kept, method=method, embeddings=embeddings, index=index, path=path, url=url,
        collection=collection, query_prefix=query_prefix, passage_prefix=passage_prefix,
    )  # fmt: skip
    assert isinstance(model, LocalModel)
    model.examples = similar(found, model.loaded, examples)
    retrieval = {**found.record, "examples": examples, "left_out": shown.removed}
    model.record = {**model.record, "examples": examples, "retrieval": retrieval}
    return model


def similar(index: Index, loaded: Loaded, most: int) -> Examples:
    """Return a choice of the examples most similar to each question; see `LocalModel`.

    Args:
        index: of solved problems.
        loaded: counts tokens.
        most: examples before a question.
    """
    empty = count_tokens(loaded, [{"role": "user", "content": ""}])

    def size(text: str) -> int:
        question, _, solution = text.partition("\0")
        turns = prompted([{"role": "user", "content": ""}], None, [Example("", question, solution)])
        return count_tokens(loaded, turns) - empty

    def chosen(question: Question, room: int) -> Sequence[Example]:
        return choose(
            index,
            question.turns[-1]["content"],
            k=most,
            budget=max(0, room),
            count=size,
            text=lambda example: f"{example.question}\0{example.solution}",
            without=(question.id,),
        )

    return chosen
