"""`python -m mathpal.worker RUN_DIR`: start or resume a composed run without Hydra.

Called by `resume=DIR`, by `mathpal reproduce`, and by each process that torchrun starts.
"""

import logging
import sys
from pathlib import Path

from mathpal.cli.console import prepare
from mathpal.cli.main import exit_codes
from mathpal.cli.streams import outlived


def main() -> None:
    """Run the configuration in RUN_DIR/.hydra/config.yaml; the last line printed is RUN_DIR."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print("usage: python -m mathpal.worker RUN_DIR", file=sys.stderr)
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    run_dir = Path(sys.argv[1])
    with outlived(), exit_codes():
        prepare()
        _plain_lines()
        from mathpal.record.files import short
        from mathpal.run import resume
        from mathpal.run.launching import is_one_of_several

        result = resume(run_dir)
        if not is_one_of_several():  # otherwise the process that started torchrun prints it
            print(short(result.run_dir), flush=True)


def _plain_lines() -> None:
    """Log plain lines as the command line does; processes other than the first log errors only."""
    from mathpal.run.launching import is_first

    first = is_first()
    logging.basicConfig(
        level=logging.INFO if first else logging.ERROR, format="%(message)s", stream=sys.stderr
    )
