"""Hydra's plug-ins for `mathpal.sweeps`: hydra/sweeper=optuna and hydra/sweeper=grid."""

from typing import Any

from hydra.plugins.sweeper import Sweeper


class OptunaSweeper(Sweeper):
    """Runs a study whose trials Optuna proposes.

    Args:
        given: the settings; they are checked against `mathpal.sweeps.sweeping`.
    """

    function = "optimize"

    def __init__(self, **given: Any) -> None:
        self.given = given

    def setup(self, *, hydra_context: Any, task_function: Any, config: Any) -> None:
        self.context, self.task, self.config = hydra_context, task_function, config

    def sweep(self, arguments: list[str]) -> Any:
        from mathpal.cli.main import exit_codes

        with exit_codes():
            return self._sweep(arguments)

    def _sweep(self, arguments: list[str]) -> Any:
        assert self.config is not None
        from mathpal.settings.launchers import abilities
        from mathpal.sweeps.task import as_task

        task, launcher = as_task(self.task), self.config.hydra.launcher
        if abilities(launcher).forks_warm and launcher.get("warm"):
            from mathpal.sweeps import local

            local.warm_up(task, launcher.get("preload") or ())  # while this process imports Optuna
        from mathpal.record.files import short
        from mathpal.settings.preflight import checked
        from mathpal.sweeps import jobs, sweeping

        application = jobs.Application(self.context, task, self.config)
        function = getattr(sweeping, self.function)
        settings = checked("hydra.sweeper", jobs.settings(self.config.hydra.sweeper), function)
        result = function(application, arguments, **settings)
        task.conclude(application.folder, settings.get("storage"))
        print(short(application.folder), flush=True)
        return result


class GridSweeper(OptunaSweeper):
    """Runs every combination of the values on the command line."""

    function = "grid"
