"""Build an index of solved problems and search it.

Knows which settings go together, and which training problems may be shown. How problems are
found is in `lexical`, `dense` and `fusion`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem
from mathpal.retrieval.ranking import Hit, Retriever

if TYPE_CHECKING:
    from mathpal.data.leakage import Leak

Method = Literal["bm25", "dense", "hybrid"]
Vectors = Literal["numpy", "faiss", "qdrant"]
LSA = "lsa"


class Index(NamedTuple):
    """Solved problems that can be searched. It is a `Retriever`.

    Attributes:
        problems: in the order of their places.
        retriever: finds places.
        record: the settings, JSON values.
        close: frees the folder or connection of Qdrant; nothing can be found afterwards.
    """

    problems: tuple[Problem, ...]
    retriever: Retriever
    record: Mapping[str, Any]
    close: Callable[[], None]

    def search(
        self,
        questions: Sequence[str],
        k: int,
        *,
        without: Sequence[Collection[str]] | None = None,
    ) -> list[list[Hit]]:
        """Find at most k problems for each question; see `Retriever.search`.

        Args:
            questions: any number.
            k: most hits for each question; 0 gives none.
            without: for each question, ids of problems that are not to be found.
        """
        if k < 1:
            return [[] for _ in questions]
        excluded = without if without is not None else [()] * len(questions)
        more = max((len(set(ids)) for ids in excluded), default=0)
        found = self.retriever.search(questions, k + more)
        return [
            [hit for hit in hits if self.problems[hit.place].id not in ids][:k]
            for hits, ids in zip(found, excluded, strict=True)
        ]


class Safe(NamedTuple):
    """Training problems that may be shown beside held-out ones.

    Attributes:
        kept: these problems, in their order.
        removed: the number of the others.
        leaks: why each of the others was removed.
    """

    kept: list[Problem]
    removed: int
    leaks: "list[Leak]"


def safe(train: Sequence[Problem], held_out: Sequence[Problem]) -> Safe:
    """Leave out the training problems that give a held-out problem away.

    The rule is that of every data source (`mathpal.data.apart.keep_apart`). Generated problems are
    removed for equal text or equal values of one family; other problems also for the same question
    with other numbers, the same formula, or half of a held-out question's 5-grams. Every user turn
    of a conversation is compared.

    Args:
        train: the problems to show.
        held_out: the problems of test and validation.
    """
    from mathpal.data.apart import keep_apart

    kept, leaks = keep_apart(train, [], held_out)
    return Safe(kept, len(train) - len(kept), leaks)


def build(
    problems: Sequence[Problem],
    *,
    method: Method = "bm25",
    embeddings: str | Path = LSA,
    index: Vectors = "numpy",
    path: Path | None = None,
    url: str | None = None,
    collection: str | None = None,
    query_prefix: str = "",
    passage_prefix: str = "",
) -> Index:
    """Index the questions of solved problems.

    Args:
        problems: those that may be found; see `safe`.
        method: BM25 over number-masked terms; dense vectors; or both, fused by their ranks.
        embeddings: what makes dense vectors: "lsa", or a sentence-transformers model, by its
            folder or its name on the Hub.
        index: what searches dense vectors.
        path: with index=qdrant, the folder of an embedded Qdrant; or
        url: a server. With neither, vectors are in memory.
        collection: an existing collection of Qdrant with the problems' exams, whose vectors the
            model of `embeddings` made; None writes a collection of its own.
        query_prefix: text that the model expects before a question that is asked.
        passage_prefix: text that the model expects before a question of the index.

    Raises:
        ConfigError: settings that do not go together; a missing package.
        DataError: no problem, a problem without question or solution, a model or collection that
            cannot be read.
    """
    given = {
        "method": method,
        "embeddings": str(embeddings),
        "index": index,
        "path": None if path is None else str(path),
        "url": url,
        "collection": collection,
        "query_prefix": query_prefix,
        "passage_prefix": passage_prefix,
    }
    if faults := _faults(given):
        raise ConfigError("\n".join(faults))
    _require_solved(problems)
    from mathpal.data.sieve import asked_text

    questions = [asked_text(problem) for problem in problems]
    retrievers: list[Retriever] = []
    close: Callable[[], None] = _nothing
    if method != "dense":
        from mathpal.retrieval.lexical import lexical

        retrievers.append(lexical(questions))
    if method != "bm25":
        found, close = _dense(problems, questions, given)
        retrievers.append(found)
    if len(retrievers) > 1:
        from mathpal.retrieval.fusion import Hybrid

        retrievers = [Hybrid(retrievers)]
    chosen = given if method != "bm25" else {"method": method}
    record = {key: value for key, value in chosen.items() if value} | {"problems": len(problems)}
    return Index(tuple(problems), retrievers[0], record, close)


def _faults(given: Mapping[str, Any]) -> list[str]:
    """Name the settings that have no effect beside the others, or exclude each other."""
    faults = []
    if given["method"] == "bm25":
        unused = {key: given[key] for key in ("query_prefix", "passage_prefix") if given[key]}
        if given["embeddings"] != LSA:
            unused["embeddings"] = given["embeddings"]
        if given["index"] != "numpy":
            unused["index"] = given["index"]
        faults += [
            f"{key}={value}: method=bm25 uses no vectors; expected method=dense or method=hybrid"
            for key, value in unused.items()
        ]
    elif given["embeddings"] == LSA:
        faults += [
            f"{key}={given[key]!r}: embeddings=lsa has no prefixes; leave it out"
            for key in ("query_prefix", "passage_prefix")
            if given[key]
        ]
        if given["collection"]:
            faults.append(
                f"collection={given['collection']}: expected embeddings=MODEL, the model that made "
                "its vectors; embeddings=lsa depends on the problems"
            )
    if given["index"] != "qdrant":
        faults += [
            f"{key}={given[key]}: expected index=qdrant beside it"
            for key in ("path", "url", "collection")
            if given[key]
        ]
    elif given["path"] and given["url"]:
        faults.append(f"path={given['path']} url={given['url']}: expected one of the two")
    elif given["collection"] and not given["path"] and not given["url"]:
        faults.append(f"collection={given['collection']}: expected path=FOLDER or url=ADDRESS, too")
    return faults


def _require_solved(problems: Sequence[Problem]) -> None:
    if not problems:
        raise DataError("there is no problem to retrieve; the index needs at least one")
    bare = [p.id for p in problems if not (p.question.strip() and p.solution.strip())]
    if bare:
        raise DataError(
            f"{len(bare)} of {len(problems)} problems have no question or no solution, the first "
            f"is {bare[0]}; only solved problems can be shown as examples"
        )


def _dense(
    problems: Sequence[Problem], questions: list[str], given: Mapping[str, Any]
) -> tuple[Retriever, Callable[[], None]]:
    """Make the dense index, and what closes it."""
    from mathpal.retrieval.dense import Dense, by_faiss, by_numpy, grouped
    from mathpal.retrieval.lsa import lsa
    from mathpal.retrieval.sentences import encoder
    from mathpal.retrieval.store import existing, open_store, written

    path = Path(given["path"]) if given["path"] else None
    prefixes = {key: given[key] for key in ("query_prefix", "passage_prefix")}
    if given["embeddings"] == LSA:
        vectors, embed = lsa(questions)
    else:
        model = encoder(given["embeddings"], **prefixes)
        embed = model.queries
        if given["collection"]:
            size = embed(["Tính"]).shape[1]
            store = open_store(path, given["url"])
            found = existing(store, given["collection"], problems, size)
            return Dense(embed, found.nearest, found.places, found.spare), found.close
        vectors = model.passages(questions)
    rows, places = grouped(vectors)
    if given["index"] == "qdrant":
        made = written(open_store(path, given["url"]), rows, places)
        return Dense(embed, made.nearest, places), made.close
    nearest = by_faiss(rows) if given["index"] == "faiss" else by_numpy(rows)
    return Dense(embed, nearest, places), _nothing


def _nothing() -> None:
    return
