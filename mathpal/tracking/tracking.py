"""The record of a run, and the sinks that get a copy of it.

Knows the order of writing: the file first, then the queues. A sink can only change the counts;
only the run directory's own files can raise.
"""

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record import files
from mathpal.record.journal import Journal
from mathpal.record.outcome import Outcome
from mathpal.record.redaction import redact
from mathpal.record.samples import NAME as SAMPLES
from mathpal.record.samples import Rows, Samples
from mathpal.tracking.artifacts import staged
from mathpal.tracking.delivery import Delivery, Health
from mathpal.tracking.experiments import experiment_of, known
from mathpal.tracking.system import Sampler

log = logging.getLogger(__name__)


class Tracking:
    """A run's record and its sinks. Nothing is opened or started before `begin`.

    Args:
        run_dir: where `metrics.jsonl`, `samples.jsonl`, `system.jsonl` and `tracking/` lie.
        deliveries: one for each sink.
        system_every_s: seconds between system metrics; None for none.
    """

    def __init__(
        self,
        run_dir: Path,
        deliveries: Sequence[Delivery] = (),
        *,
        system_every_s: float | None = None,
    ) -> None:
        self.run_dir, self.deliveries = Path(run_dir), tuple(deliveries)
        self.system_every_s = system_every_s
        self.folder = self.run_dir / "tracking"
        # Before this process starts them: such a sink already has the rows that will be cut off.
        self._had = {d.name: known(self.folder, d.name) for d in self.deliveries}
        self._metrics = Journal(self.run_dir / "metrics.jsonl")
        self._samples = Samples(self.run_dir / SAMPLES)
        self._sampler: Sampler | None = None
        self._step = 0
        self._order = threading.Lock()  # steps must not decrease; the sampler is a thread
        self._finished = False

    def __call__(self, step: int, values: dict[str, float]) -> None:
        """Record metrics: in `metrics.jsonl`, then for the sinks.

        Args:
            step: finished optimizer steps. The first call of a process cuts off the lines of
                this step and later ones: a resumed run does those steps again.
            values: by name.

        Raises:
            DataError: when `metrics.jsonl` cannot be written.
        """
        moment = round(time.time(), 3)
        self._metrics.append(step, {"time": moment, **values})
        new = {n: v for n, v in values.items() if (step, n) not in self._metrics.cut}
        with self._order:
            self._step = max(self._step, step)
            for delivery in self.deliveries:
                wanted = new if self._had[delivery.name] else dict(values)
                if wanted:
                    delivery.submit("log", step, moment, wanted)

    def begin(self, manifest: dict[str, Any]) -> None:
        """Start the sinks and the system metrics; a resumed run continues its experiments.

        Args:
            manifest: of the run, as in run.json.
        """
        for delivery in self.deliveries:
            try:
                delivery.start(experiment_of(self.run_dir, delivery, manifest))
            except OSError as error:
                log.warning("tracker %s was not started: %s", delivery.name, error)
        if self.system_every_s is not None and self._sampler is None:
            self._sampler = Sampler(
                self._take_system, every_s=self.system_every_s, folder=self.run_dir
            )
            self._sampler.start()

    def texts(self, step: int, rows: Rows) -> None:
        """Record sample generations: in `samples.jsonl`, then for the sinks.

        Args:
            step: finished optimizer steps; the first call cuts off lines as for metrics.
            rows: with the same keys each, e.g. "prompt", "response", "reference".

        Raises:
            DataError: when `samples.jsonl` cannot be written.
        """
        self._samples.append(step, rows)
        again = self._samples.is_repeated(step)
        for delivery in self.deliveries:
            if rows and not (again and self._had[delivery.name]):
                delivery.submit("texts", step, [dict(row) for row in rows])

    def artifact(self, folder: Path, name: str) -> None:
        """Send a file or a folder of the run to the sinks, e.g. the adapter or report.html.

        They get copies without secrets, in `tracking/artifacts/`.

        Args:
            folder: the folder or file.
            name: letters, digits, '.', '_' and '-'.
        """
        if not self.deliveries:
            return
        try:
            copy = staged(Path(folder), self.folder / "artifacts" / name / Path(folder).name)
        except OSError as error:
            log.warning("%s is not sent to the trackers: %s", folder, error)
            return
        for delivery in self.deliveries if copy.exists() else ():
            delivery.submit("artifact", copy, name)

    def finish(self, outcome: Outcome) -> None:
        """Close the sinks, all at the same time, each within its `patience_s`."""
        if self._finished:
            return
        self._finished = True
        if self._sampler is not None:
            self._sampler.stop()
        # A value that was not finite is null in outcome.json, and no sink takes that for a number.
        known = {n: v for n, v in outcome.metrics.items() if v is not None}
        began = time.monotonic()
        for delivery in self.deliveries:
            delivery.close(outcome._replace(metrics=known))
        for delivery in self.deliveries:
            delivery.join(began + delivery.patience_s)
        health = self.health()
        for name, found in health.items():
            if found.dropped or found.failed:
                log.warning("tracker %s: %d records sent, %d dropped, %d failed", name, *found[:3])
        if self.deliveries:
            try:
                files.write_json(
                    self.folder / "health.json", {n: h._asdict() for n, h in health.items()}
                )
            except OSError as error:
                log.warning("tracking/health.json could not be written: %s", error)

    def health(self) -> dict[str, Health]:
        """Return the counts of each sink, by its name."""
        return {delivery.name: delivery.health() for delivery in self.deliveries}

    def _take_system(self, figures: dict[str, float]) -> None:
        values = {f"system/{name}": value for name, value in redact(figures).items()}
        moment = round(time.time(), 3)
        with self._order:
            try:
                files.append_line(
                    self.run_dir / "system.jsonl", {"step": self._step, "time": moment, **values}
                )
            except OSError as error:
                raise DataError(f"system.jsonl could not be written: {error}") from error
            for delivery in self.deliveries:
                delivery.submit("log", self._step, moment, dict(values))
