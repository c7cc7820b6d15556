"""Hydra's plug-in for `mathpal.sweeps.local`: hydra/launcher=local."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher


class LocalLauncher(Launcher):
    """Runs jobs in processes of this machine, one each.

    Args:
        n_jobs: jobs of one call at a time; a study's driver makes one call a trial.
        gpus: auto, ids, or null: the GPUs that jobs divide among themselves.
        gpus_per_job: GPUs that are visible to each job.
        threads: CPU threads of each job; auto divides the cores where several run at a time, null
            leaves the number to PyTorch.
        warm: fork from a process that has imported what the task needs.
        preload: further modules that it imports.
    """

    def __init__(
        self,
        *,
        n_jobs: Annotated[int, Ge(1)] = 1,
        gpus: Literal["auto"] | Sequence[int | str] | None = "auto",
        gpus_per_job: Annotated[int, Ge(1)] = 1,
        threads: Literal["auto"] | Annotated[int, Ge(1)] | None = "auto",
        warm: bool = True,
        preload: Sequence[str] = (),
    ) -> None:
        self.n_jobs, self.gpus, self.gpus_per_job = n_jobs, gpus, gpus_per_job
        self.threads, self.warm, self.preload = threads, warm, list(preload)

    def setup(self, *, hydra_context: Any, task_function: Any, config: Any) -> None:
        from mathpal.sweeps.slots import slots

        self.context, self.task, self.config = hydra_context, task_function, config
        self.slots = slots(self.gpus, self.gpus_per_job, self.threads, self.n_jobs)

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        from hydra.core.singleton import Singleton

        from mathpal.sweeps import local

        jobs = [
            local.Job(
                self.context, self.task, self.config, list(overrides), initial_job_idx + place,
                Singleton.get_state(), self.slots,
            )
            for place, overrides in enumerate(job_overrides)
        ]  # fmt: skip
        return local.launch(jobs, at_a_time=self.n_jobs, warm=self.warm, preload=self.preload)
