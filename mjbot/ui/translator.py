"""Localization of command names and descriptions, with the texts from the bot's catalogue."""

from __future__ import annotations

import discord
from discord import app_commands

from mjbot.core.i18n.messages import ENGLISH, language, translate
from mjbot.core.i18n.texts import Text


def localized(text: Text) -> app_commands.locale_str:
    """Return a localizable string for the name or description of a command."""
    return app_commands.locale_str(text.english, text=text)


class CatalogueTranslator(app_commands.Translator):
    """Translates the strings that `localized` creates."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 (the key says enough)
    ) -> str | None:
        """Return the text in a locale, or None if it is the same as in English."""
        text = string.extras.get("text")
        if text is None or language(locale.value) == ENGLISH:
            return None
        translated = translate(text, locale.value)
        return None if translated == string.message else translated
