"""The commands `/imagine` and `/blend`, which make pictures from a prompt or from pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.card.modals import MAX_PROMPT
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import SHAPES, DrawingModel, MakeOptions, ReferenceUse
from mjbot.core.model.submits import BlendShape, Command
from mjbot.service import DirectMakes, ImagineService, Order
from mjbot.ui.context import context_from
from mjbot.ui.replies import Replies
from mjbot.ui.translator import localized
from mjbot.ui.uploads import DiscordUpload

if TYPE_CHECKING:
    from mjbot.bot import MJBot

_SHAPES = [app_commands.Choice(name=each, value=each) for each in SHAPES]
_MODELS = [
    app_commands.Choice(name=localized(Text(f"choice.model.{each}")), value=each.value)
    for each in DrawingModel
]
_USES = [
    app_commands.Choice(name=localized(Text(f"choice.reference.{each}")), value=each.value)
    for each in ReferenceUse
]
_DIMENSIONS = [
    app_commands.Choice(name=localized(Text(f"choice.dimensions.{each.lower()}")), value=each.value)
    for each in BlendShape
]


class MakingCog(commands.Cog):
    """The commands that make pictures."""

    def __init__(self, imagine: ImagineService, direct: DirectMakes, replies: Replies) -> None:
        self._imagine = imagine
        self._direct = direct
        self._replies = replies

    @app_commands.command(
        name=localized(Text.COMMAND_IMAGINE), description=localized(Text.COMMAND_IMAGINE_ABOUT)
    )
    @app_commands.rename(
        prompt=localized(Text.COMMAND_IMAGINE_PROMPT),
        shape=localized(Text.COMMAND_IMAGINE_SHAPE),
        model=localized(Text.COMMAND_IMAGINE_MODEL),
        reference=localized(Text.COMMAND_IMAGINE_REFERENCE),
        reference2=localized(Text.COMMAND_IMAGINE_REFERENCE2),
        reference3=localized(Text.COMMAND_IMAGINE_REFERENCE3),
        reference_as=localized(Text.COMMAND_IMAGINE_REFERENCE_AS),
        repeat=localized(Text.COMMAND_IMAGINE_REPEAT),
    )
    @app_commands.describe(
        prompt=localized(Text.COMMAND_IMAGINE_PROMPT_ABOUT),
        shape=localized(Text.COMMAND_IMAGINE_SHAPE_ABOUT),
        model=localized(Text.COMMAND_IMAGINE_MODEL_ABOUT),
        reference=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        reference2=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        reference3=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        reference_as=localized(Text.COMMAND_IMAGINE_REFERENCE_AS_ABOUT),
        repeat=localized(Text.COMMAND_IMAGINE_REPEAT_ABOUT),
    )
    @app_commands.choices(shape=_SHAPES, model=_MODELS, reference_as=_USES)
    async def imagine(
        self,
        interaction: discord.Interaction[Any],
        prompt: app_commands.Range[str, 1, MAX_PROMPT] = "",
        shape: str = "",
        model: str = DrawingModel.MIDJOURNEY,
        reference: discord.Attachment | None = None,
        reference2: discord.Attachment | None = None,
        reference3: discord.Attachment | None = None,
        reference_as: str = ReferenceUse.IMAGE_PROMPT,
        repeat: app_commands.Range[int, 1, 8] = 1,
    ) -> None:
        """Make pictures from a prompt. If no prompt is given, open a modal to write one."""
        options = MakeOptions(shape, DrawingModel(model), use=ReferenceUse(reference_as), repeat=repeat)
        http = interaction.client.http
        uploads = [DiscordUpload.of(http, each) for each in (reference, reference2, reference3) if each]
        context, reply = context_from(interaction), self._replies.to(interaction)
        await self._imagine.imagine(Order(context, reply, Command.IMAGINE, prompt, options, uploads))

    @app_commands.command(name=localized(Text.COMMAND_BLEND), description=localized(Text.COMMAND_BLEND_ABOUT))
    @app_commands.rename(
        picture1=localized(Text.COMMAND_BLEND_PICTURE1),
        picture2=localized(Text.COMMAND_BLEND_PICTURE2),
        picture3=localized(Text.COMMAND_BLEND_PICTURE3),
        picture4=localized(Text.COMMAND_BLEND_PICTURE4),
        picture5=localized(Text.COMMAND_BLEND_PICTURE5),
        dimensions=localized(Text.COMMAND_BLEND_DIMENSIONS),
        model=localized(Text.COMMAND_IMAGINE_MODEL),
    )
    @app_commands.describe(
        picture1=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        picture2=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        picture3=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        picture4=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        picture5=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        dimensions=localized(Text.COMMAND_BLEND_DIMENSIONS_ABOUT),
        model=localized(Text.COMMAND_IMAGINE_MODEL_ABOUT),
    )
    @app_commands.choices(dimensions=_DIMENSIONS, model=_MODELS)
    async def blend(
        self,
        interaction: discord.Interaction[Any],
        picture1: discord.Attachment,
        picture2: discord.Attachment,
        picture3: discord.Attachment | None = None,
        picture4: discord.Attachment | None = None,
        picture5: discord.Attachment | None = None,
        dimensions: str = BlendShape.SQUARE,
        model: str = DrawingModel.MIDJOURNEY,
    ) -> None:
        """Blend two to five pictures."""
        given = (picture1, picture2, picture3, picture4, picture5)
        uploads = [DiscordUpload.of(interaction.client.http, each) for each in given if each]
        options = MakeOptions(dimensions, DrawingModel(model))
        context, reply = context_from(interaction), self._replies.to(interaction)
        order = Order(context, reply, Command.BLEND, options=options, uploads=uploads)
        await self._direct.make(order)


async def setup(bot: MJBot) -> None:
    """Load the cog."""
    await bot.add_cog(MakingCog(bot.app.imagine, bot.app.direct, bot.app.replies))
