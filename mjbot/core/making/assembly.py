"""The prompt that is sent: the user's text with what the options of a command add to it.

What is written in the text wins over an option. The order is Midjourney's: addresses of image prompts, text,
parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.making.parameters import CURRENT_NIJI
from mjbot.core.making.parsing import mend_dashes, parse_prompt

SHAPES: Final = ("1:1", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5", "16:9", "9:16", "21:9")
"""The choices of the option `shape`; any other ratio is written as ``--ar``."""


class DrawingModel(StrEnum):
    """The models that a command offers."""

    MIDJOURNEY = "midjourney"
    NIJI = "niji"


class ReferenceUse(StrEnum):
    """What reference pictures are used as."""

    IMAGE_PROMPT = "image"
    STYLE = "sref"
    OBJECT = "oref"


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """The options of a command. ``references``: addresses that the service can fetch; "" is no ``shape``.

    Pictures that are sent beside the prompt are no references here.
    """

    shape: str = ""
    model: DrawingModel = DrawingModel.MIDJOURNEY
    references: tuple[str, ...] = ()
    use: ReferenceUse = ReferenceUse.IMAGE_PROMPT


NO_OPTIONS: Final = MakeOptions()


def assemble_prompt(text: str, options: MakeOptions) -> str:
    """Return the prompt to check and send: the text byte for byte if the options add nothing.

    A text without a word stays as it is, so that the check refuses it.
    """
    if not text.strip():
        return text
    # A name without its space ("--ar16:9") is an attempt to write it, so it counts as written.
    mended = parse_prompt(mend_dashes(text)[0])
    names = {each.parameter.names[0] for each in mended.parameters if each.parameter}
    added = []
    if options.shape and "ar" not in names:
        added.append(f"--ar {options.shape}")
    if options.model is DrawingModel.NIJI and not names & {"niji", "v"}:
        added.append(f"--niji {CURRENT_NIJI}")
    references = " ".join(options.references)
    if references and options.use is ReferenceUse.IMAGE_PROMPT:
        text = f"{references} {text}"
    elif references and (written := parse_prompt(text).written(options.use)):
        # One parameter with all references: a second one of the name might replace the first.
        end = written[0].at + len(f"--{written[0].name}")
        text = f"{text[:end]} {references}{text[end:]}"
    elif references:
        added.append(f"--{options.use} {references}")
    return " ".join((text.rstrip(), *added)) if added else text
