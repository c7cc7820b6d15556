"""`python train.py …` is `mathpal train …`."""

from mathpal.cli.main import VERBS, run

if __name__ == "__main__":
    run(VERBS["train"])
