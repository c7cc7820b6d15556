"""`python -m mathpal.worker RUN_DIR`: the name under which clusters and scripts start a run.

The program is `mathpal.cli.worker`.
"""
