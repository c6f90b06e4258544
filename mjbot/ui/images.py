"""The choice of how a message shows a card's picture: as attached files, as a link, or in a later edit."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import discord

from mjbot.core.card.card import Card, Medium, Picture
from mjbot.core.card.content import ImageState, Part, in_embed, is_attachment
from mjbot.core.editing.pending_edit import Edit
from mjbot.ports import File, PictureSource
from mjbot.ui.embeds import image_state

# Seconds that an edit waits for its picture: the buttons must not wait longer, and the picture can follow.
_FILE_WAIT = 1.0


@dataclass(slots=True)
class ShownImage:
    """The image that an edit shows, and the files that it uploads.

    ``url`` is the URL of the embed's image, or of the first attached file.
    """

    url: str = ""
    files: tuple[File, ...] = ()
    follows: bool = False


class ImageLoader:
    """Loads the pictures that edits show, as files within the guild's upload limit."""

    def __init__(self, client: discord.Client, pictures: PictureSource) -> None:
        self._client = client
        self._pictures = pictures

    async def wait(self, picture: Picture) -> None:
        """Wait until the downloads of a picture have succeeded or failed."""
        async with AsyncExitStack() as held:
            await self._loaded(picture, held)

    async def choose(self, edit: Edit, image: ShownImage, held: AsyncExitStack) -> None:
        """Set the image's URL, and its files if they must be uploaded because the message lacks them."""
        picture = edit.card.picture
        if picture is None or Part.PICTURE in edit.omitted:
            image.url = ""
            return
        without_file = Part.FILE in edit.omitted
        attaches = self._pictures.attaches(picture) and not without_file
        if picture.key == edit.delivered.picture:
            attached = is_attachment(image.url)
            if attached and not without_file:
                return
            if not attached and not (attaches and picture.final):
                return
        if attaches:
            await self.load(edit, image, held)
            if image.files:
                return
        # If a preview cannot be loaded, the one before it stays; a result must not show a preview.
        kept = "" if picture.final or without_file else edit.delivered.image
        image.url = self._pictures.link(picture) or kept

    async def load(self, edit: Edit, image: ShownImage, held: AsyncExitStack) -> None:
        """Load the files of a picture. If this takes too long, record that a later edit will add them."""
        assert edit.card.picture is not None
        files: list[File] = []
        try:
            async with asyncio.timeout(_FILE_WAIT):
                files = await self._loaded(edit.card.picture, held)
        except TimeoutError:
            image.follows = edit.card.picture.final
        image.files = _fitting(files, self._upload_limit(edit.ref.channel_id))
        if image.files:
            image.url = image.files[0].url

    def state(self, edit: Edit, image: ShownImage) -> ImageState:
        """Return how the edited message shows the picture of the card."""
        picture = edit.card.picture
        if picture is None or self.is_only_linked(edit.card):
            return ImageState.SHOWN
        attaches = self._pictures.attaches(picture)
        return image_state(
            picture, image.url, follows=image.follows, lacks_file=attaches and not image.follows
        )

    def is_only_linked(self, card: Card) -> bool:
        """Return whether a card only links to its video because the settings say not to attach videos."""
        picture = card.picture
        if picture is None or picture.medium is not Medium.VIDEO or not card.picture_link:
            return False
        return not self._pictures.attaches(picture)

    def embed_url(self, edit: Edit, image: ShownImage) -> str:
        """Return the URL for the embed's image. For a text file, it is that of the described picture."""
        picture = edit.card.picture
        if picture is None or picture.medium is not Medium.TEXT or in_embed(image.url) or not image.url:
            return image.url
        return self._pictures.link(picture) or image.url

    async def _loaded(self, picture: Picture, held: AsyncExitStack) -> list[File]:
        loads = (held.enter_async_context(self._pictures.loaded(part)) for part in picture.parts)
        return [file for file in await asyncio.gather(*loads) if file is not None]

    def _upload_limit(self, channel_id: int) -> int:
        """Return the largest file size in a channel, in bytes. Boosted guilds have a higher limit."""
        guild = getattr(self._client.get_channel(channel_id), "guild", None)
        return guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES


def _fitting(files: list[File], limit: int) -> tuple[File, ...]:
    """Return as many of the files as fit into ``limit`` bytes together."""
    kept, left = list[File](), limit
    for file in files:
        if len(file.data) <= left:
            kept.append(file)
            left -= len(file.data)
    return tuple(kept)
