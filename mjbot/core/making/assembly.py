"""Assemble the prompt to send from the user's text and the options of a command.

A parameter written in the text takes precedence over an option. The order is Midjourney's: URLs of image
prompts, then text, then parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.making.parameters import CURRENT_NIJI
from mjbot.core.making.parsing import mend_dashes, parse_prompt

SHAPES: Final = ("1:1", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5", "16:9", "9:16", "21:9")
"""The choices of the option ``shape``. For any other aspect ratio, users write ``--ar`` in the prompt."""


class DrawingModel(StrEnum):
    """The Midjourney models that the options of a command offer."""

    MIDJOURNEY = "midjourney"
    NIJI = "niji"


class ReferenceUse(StrEnum):
    """The ways in which reference pictures are used."""

    IMAGE_PROMPT = "image"
    STYLE = "sref"
    OBJECT = "oref"


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """The options of a command that makes pictures. ``shape`` is "" if none was chosen.

    ``references`` holds URLs that the service can fetch. Pictures that are sent separately from the prompt
    are not included. ``repeat`` is how often each prompt is sent; it adds nothing to the prompt.
    """

    shape: str = ""
    model: DrawingModel = DrawingModel.MIDJOURNEY
    references: tuple[str, ...] = ()
    use: ReferenceUse = ReferenceUse.IMAGE_PROMPT
    repeat: int = 1


NO_OPTIONS: Final = MakeOptions()


def assemble_prompt(text: str, options: MakeOptions) -> str:
    """Return the prompt to check and send. If the options add nothing, the text is returned unchanged.

    A text without any words is also returned unchanged, so that the prompt check refuses it.
    """
    if not text.strip():
        return text
    # A name without its space ("--ar16:9") is an attempt to write it, so it counts as written.
    mended = mend_dashes(text)[0]
    parsed = parse_prompt(mended)
    names = {each.parameter.names[0] for each in parsed.parameters if each.parameter}
    added = []
    if options.shape and "ar" not in names:
        added.append(f"--ar {options.shape}")
    if options.model is DrawingModel.NIJI and not names & {"niji", "v"}:
        added.append(f"--niji {CURRENT_NIJI}")
    references = " ".join(options.references)
    if references and options.use is ReferenceUse.IMAGE_PROMPT:
        text = f"{references} {text}"
    elif references and (written := parsed.written(options.use)):
        # One parameter with all references: a second one of the name might replace the first.
        end = written[0].at + len(f"--{written[0].name}")
        text = f"{mended[:end]} {references}{mended[end:]}"
    elif references:
        added.append(f"--{options.use} {references}")
    return " ".join((text.rstrip(), *added)) if added else text
