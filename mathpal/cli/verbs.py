"""The table of verbs. Imports only the standard library."""

from typing import NamedTuple


class Verb(NamedTuple):
    """A command of the command line.

    Attributes:
        config: its file in conf/, without the ending.
        schema: dotted path of the function whose keyword-only parameters are the verb's settings.
        summary: what it does, for the list that `mathpal --help` prints.
    """

    config: str
    schema: str
    summary: str


# "doctor grads" comes before "doctor": the first name that matches is taken.
VERBS = {
    "train": Verb(
        "train",
        "mathpal.settings.run_settings.RunSettings",
        "fine-tune a model, evaluate it and write a report",
    ),
    "evaluate": Verb("evaluate", "mathpal.cli.runs.evaluate", "evaluate a finished run again"),
    "compare": Verb(
        "compare", "mathpal.cli.compare.compare", "compare systems on the same problems"
    ),
    "generate": Verb(
        "generate", "mathpal.cli.runs.generate", "ask a finished run a question, or chat with it"
    ),
    "data preview": Verb(
        "data_preview",
        "mathpal.cli.data.preview",
        "show rows as the model sees them, with the loss mask",
    ),
    "data audit": Verb(
        "data_audit", "mathpal.cli.data.audit", "check a data set row by row, and write a report"
    ),
    "data build": Verb(
        "data_build", "mathpal.cli.data.build", "build a clean, split data set from any source"
    ),
    "data generate": Verb(
        "data_generate", "mathpal.cli.data.generate", "write generated problems to a file"
    ),
    "plan": Verb("plan", "mathpal.cli.plan.plan", "estimate the memory and time of a run"),
    "reproduce": Verb(
        "reproduce", "mathpal.cli.reproduce.reproduce", "repeat a run, and compare the results"
    ),
    "doctor grads": Verb(
        "doctor_grads", "mathpal.cli.doctor.grads", "check the gradients of every training path"
    ),
    "report": Verb(
        "report",
        "mathpal.cli.report.report",
        "write the report of a study, or send a finished run to a tracker",
    ),
    "study status": Verb(
        "study_status",
        "mathpal.cli.study.status",
        "show a study's newest trials, its best and its remaining budget",
    ),
    "study best": Verb(
        "study_best", "mathpal.cli.study.best", "show a study's best trial as an experiment"
    ),
    "doctor": Verb("doctor", "mathpal.cli.runs.doctor", "check this environment"),
}
