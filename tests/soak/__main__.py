"""Coverage-guided fuzzing of responses with atheris: `python -m tests.soak -atheris_runs=9999`."""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mjbot.upstream", "mjbot.core"]):
    from mjbot.core.model.task import Task
    from mjbot.errors import MJBotError
    from mjbot.errors.submits import SubmitError
    from mjbot.upstream.api import read_fetch, read_list
    from mjbot.upstream.responses import Response
    from mjbot.upstream.submits import read_submit
    from tests.upstream.test_fuzz import SAMPLES, check


def answer(data: bytes) -> None:
    """Parse these bytes as every kind of response: a card that Discord accepts, or an error of ours."""
    for read in (read_fetch, read_list, read_submit):
        try:
            found = read(Response(200, data))
        except (MJBotError, SubmitError):
            continue
        for task in found if isinstance(found, list) else [found]:
            if isinstance(task, Task):
                check(task, random.Random(len(data)))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, sample in enumerate(SAMPLES):
            body = sample["body"] if isinstance(sample["body"], str) else json.dumps(sample["body"])
            Path(folder, str(number)).write_bytes(body.encode("utf-8", "surrogatepass"))
        atheris.Setup([*sys.argv, "-max_len=8192", folder], answer)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
