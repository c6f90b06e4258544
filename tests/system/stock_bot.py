"""A bot of stock discord.py, without anything of mjbot, to try the Discord stub on.

Environment: API_URL and TOKEN; RESUME, "channel message text", is an edit to be made at start.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    import re

discord.http.Route.BASE = os.environ["API_URL"]


class Again(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"again:(?P<word>\w+)"):
    def __init__(self, word: str) -> None:
        button: discord.ui.Button[Any]
        button = discord.ui.Button(label="Again", emoji="🔄", custom_id=f"again:{word}")
        super().__init__(button)
        self.word = word

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(match["word"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert interaction.message is not None
        text = f"again {self.word} {interaction.locale} on {interaction.message.embeds[0].title}"
        await interaction.response.send_message(text, ephemeral=True)


class Note(discord.ui.Modal, title="Note"):
    text: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Text", custom_id="text")

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        await interaction.response.send_message(f"noted {self.text.value}")


class StockBot(commands.AutoShardedBot):
    def __init__(self) -> None:
        intents = discord.Intents(guilds=True)
        super().__init__((), intents=intents, max_messages=None, chunk_guilds_at_startup=False)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Again)
        ours: list[app_commands.Command[Any, ..., Any]] = [status, flood, late, twice, note]
        for command in ours:
            self.tree.add_command(command)
        await self.tree.sync()
        if "RESUME" in os.environ:
            channel, message, text = os.environ["RESUME"].split()
            await self.edit(int(channel), int(message), discord.Embed(title=text))

    async def edit(self, channel: int, message: int, embed: discord.Embed) -> None:
        await self.get_partial_messageable(channel).get_partial_message(message).edit(embed=embed)


@app_commands.command(description="Defer, answer by token with a file, then edit by bot token")
async def status(interaction: discord.Interaction[StockBot], task_id: str) -> None:
    deferred = await interaction.response.defer(thinking=True)
    assert deferred is not None
    assert deferred.message_id is not None
    view = discord.ui.View(timeout=None)
    view.add_item(Again(task_id))
    embed = discord.Embed(title=f"{task_id} 1").set_image(url="attachment://grid.png")
    file = discord.File(io.BytesIO(b"picture"), "grid.png")
    await interaction.edit_original_response(embed=embed, view=view, attachments=[file])
    assert interaction.channel_id is not None
    embed.title = f"{task_id} 2"
    await interaction.client.edit(interaction.channel_id, deferred.message_id, embed)


@status.autocomplete("task_id")
async def offer(interaction: discord.Interaction[StockBot], current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{current}!", value=current)]


@app_commands.command(description="Eight edits as fast as discord.py makes them")
async def flood(interaction: discord.Interaction[StockBot]) -> None:
    sent = await interaction.response.send_message("0")
    assert sent.message_id is not None
    assert interaction.channel_id is not None
    for n in range(8):
        embed = discord.Embed(title=str(n))
        await interaction.client.edit(interaction.channel_id, sent.message_id, embed)


@app_commands.command(description="Answer, then report how an edit of the original fails")
async def late(interaction: discord.Interaction[StockBot]) -> None:
    await interaction.response.defer(thinking=True)
    await interaction.followup.send("first")
    try:
        await interaction.edit_original_response(content="second")
    except discord.HTTPException as error:
        assert isinstance(interaction.channel, discord.abc.Messageable)
        await interaction.channel.send(f"{error.status} {error.code}")


@app_commands.command(description="Respond, and once more behind discord.py's back")
async def twice(interaction: discord.Interaction[StockBot]) -> None:
    await interaction.response.send_message("one", ephemeral=True)
    interaction.response._response_type = None  # discord.py would refuse by itself
    try:
        await interaction.response.send_message("two")
    except discord.HTTPException as error:
        await interaction.followup.send(f"{error.status} {error.code}")


@app_commands.command(description="Open a form")
async def note(interaction: discord.Interaction[StockBot]) -> None:
    await interaction.response.send_modal(Note())


if __name__ == "__main__":
    StockBot().run(os.environ["TOKEN"])
