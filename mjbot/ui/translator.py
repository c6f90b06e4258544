"""Command names and descriptions in the reader's language, out of the same catalogue as the cards."""

from __future__ import annotations

import discord
from discord import app_commands

from mjbot.core.words import ENGLISH, language, say


def words(key: str) -> app_commands.locale_str:
    """A translatable string for a command, from the catalogue."""
    return app_commands.locale_str(say(key, ENGLISH), key=key)


class CatalogueTranslator(app_commands.Translator):
    """Translates what `words` made."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 (the key says enough)
    ) -> str | None:
        """The text for a locale; None where it would be the English one."""
        key = string.extras.get("key")
        if key is None or language(locale.value) == ENGLISH:
            return None
        translated = say(key, locale.value)
        return None if translated == string.message else translated
