"""The command `/imagine`, which makes pictures from a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.card.modals import MAX_PROMPT
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import SHAPES, DrawingModel, MakeOptions, ReferenceUse
from mjbot.service import ImagineService, Order
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


class MakingCog(commands.Cog):
    """The commands that make pictures."""

    def __init__(self, imagine: ImagineService, replies: Replies) -> None:
        self._imagine = imagine
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
    )
    @app_commands.describe(
        prompt=localized(Text.COMMAND_IMAGINE_PROMPT_ABOUT),
        shape=localized(Text.COMMAND_IMAGINE_SHAPE_ABOUT),
        model=localized(Text.COMMAND_IMAGINE_MODEL_ABOUT),
        reference=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        reference2=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        reference3=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        reference_as=localized(Text.COMMAND_IMAGINE_REFERENCE_AS_ABOUT),
    )
    @app_commands.choices(shape=_SHAPES, model=_MODELS, reference_as=_USES)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
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
    ) -> None:
        """Make pictures; without a prompt, open a window to write it in."""
        options = MakeOptions(shape, DrawingModel(model), use=ReferenceUse(reference_as))
        http = interaction.client.http
        uploads = [DiscordUpload.of(http, each) for each in (reference, reference2, reference3) if each]
        order = Order(context_from(interaction), self._replies.to(interaction), prompt, options, uploads)
        await self._imagine.imagine(order)


async def setup(bot: MJBot) -> None:
    """Load the cog."""
    await bot.add_cog(MakingCog(bot.app.imagine, bot.app.replies))
