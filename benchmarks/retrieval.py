"""How well and how fast similar problems are found, by every retriever.

    python benchmarks/retrieval.py [--size 3000] [--embeddings FOLDER]
    python benchmarks/retrieval.py --size 100000 --data generated --only bm25,lsa,hybrid

Every retriever has its own process with one thread. `generated` indexes that many training
problems of the whole curriculum, without those that give a test problem away, and asks three test
problems of each family; relevant is the same family. `exams` are the rows of
../shared/data/exams/train.json, each asked of all others; relevant is the same question with other
numbers (twin), or the same signs in three or more equations of the solution (plan); see
`mathpal.retrieval.measuring`. Seconds are processor time; MB is by how much the index, while it is
built, raises the peak memory of the process.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMS = ROOT.parent / "shared" / "data" / "exams" / "train.json"
RETRIEVERS: dict[str, dict[str, Any]] = {
    "bm25": {"method": "bm25"},
    "lsa": {"method": "dense"},
    "lsa+faiss": {"method": "dense", "index": "faiss"},
    "lsa+qdrant": {"method": "dense", "index": "qdrant"},
    "hybrid": {"method": "hybrid"},
}
K = 10
HEAD = (
    f"{'data':<18}{'retriever':<13}{'indexed':>8}{'index s':>9}{'MB':>7}{'queries':>9}"
    f"{'a second':>10}{'recall@1 (95 %)':>23}{'@3':>7}{'@5':>7}{'@10':>7}{'MRR@10':>8}"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=3000, help="generated training problems")
    parser.add_argument("--only", help=f"some of {','.join(RETRIEVERS)}")
    parser.add_argument("--data", default="generated,exams", help="one of the two, or both")
    parser.add_argument("--embeddings", type=Path, help="a sentence-transformers model, too")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.embeddings:
        RETRIEVERS["model"] = {"method": "dense", "embeddings": str(asked.embeddings)}
    if asked.measure:
        data, name = asked.measure
        print(json.dumps(measured(data, RETRIEVERS[name], asked.size)))
        return
    names = [name for name in RETRIEVERS if not asked.only or name in asked.only.split(",")]
    print(HEAD, flush=True)
    for data in asked.data.split(","):
        if data == "exams" and not EXAMS.is_file():
            print("exams: the rows are not there")
            continue
        for name in names:
            words = ["--measure", data, name, "--size", str(asked.size)]
            words += ["--embeddings", str(asked.embeddings)] if asked.embeddings else []
            done = subprocess.run(
                [sys.executable, __file__, *words], text=True, stdout=subprocess.PIPE, check=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
            for row in json.loads(done.stdout.splitlines()[-1]):
                print(line(name, row), flush=True)


def peak() -> float:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(data: str, settings: dict[str, Any], size: int) -> list[dict[str, Any]]:
    """Rows of the table: one for each kind of relevance."""
    from mathpal.retrieval.measuring import measure, relevant_places
    from mathpal.retrieval.retriever import build

    problems, queries = generated(size) if data == "generated" else exams()
    build(problems[:50], **settings).close()  # imports
    before, began = peak(), time.process_time()
    index = build(problems, **settings)
    seconds = time.process_time() - began
    grown = peak() - before
    began = time.process_time()
    found = index.search(
        [query.question for query in queries], K, without=[[query.id] for query in queries]
    )
    speed = len(queries) / (time.process_time() - began)
    kinds = [("family", "generated")]
    if data == "exams":
        kinds = [("shape", "exams, twin"), ("plan", "exams, plan")]
    rows = []
    for by, shown in kinds:
        result = measure(found, relevant_places(queries, problems, by=by))
        rows.append(
            {
                "data": shown, "problems": len(problems), "seconds": seconds, "MB": grown,
                "queries": result.queries, "speed": speed, "mrr": result.mrr,
                "recall": [result.recall[k].accuracy for k in (1, 3, 5, K)],
                "interval": [result.recall[1].low, result.recall[1].high],
            }
        )  # fmt: skip
    return rows


def generated(size: int) -> tuple[list[Any], list[Any]]:
    """Problems of the whole curriculum to index, and others to ask."""
    from mathpal.data.vimath import vimath
    from mathpal.retrieval.retriever import safe

    splits = vimath(None, train=size, test_per_family=3, validation_per_family=0)
    return safe(splits.train, splits.test).kept, splits.test


def exams() -> tuple[list[Any], list[Any]]:
    """The usable exam rows, twice: each is asked of all others."""
    from mathpal.data.sieve import worked_problem
    from mathpal.problems import Problem

    columns = {"question": "question", "solution": "solution"}
    read = [worked_problem(row, columns, 20_000) for row in json.loads(EXAMS.read_text("utf-8"))]
    rows = list({row.id: row for row in read if isinstance(row, Problem)}.values())
    return rows, rows


def line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""
    low, high = row["interval"]
    first, *others = row["recall"]
    recall = f"{first:.3f} ({low:.3f}–{high:.3f})"
    return (
        f"{row['data']:<18}{name:<13}{row['problems']:>8}{row['seconds']:>9.2f}{row['MB']:>7.0f}"
        f"{row['queries']:>9}{row['speed']:>10.0f}{recall:>23}"
        + "".join(f"{share:>7.3f}" for share in others)
        + f"{row['mrr']:>8.3f}"
    )


if __name__ == "__main__":
    main()
