"""The use case of `/help`: show what the bot can do in this guild or DM, and who runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mjbot.core.access.needs import HELP
from mjbot.core.access.press_policy import PressScope
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.ports import GuildStore, InteractionContext, Reply
from mjbot.service.access import Access


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command that `/help` lists, and whether it makes pictures or needs *Manage Server*."""

    about: Text
    makes: bool = False
    manages: bool = False


COMMANDS: Mapping[str, CommandHelp] = {
    "imagine": CommandHelp(Text.COMMAND_IMAGINE_ABOUT, makes=True),
    "describe": CommandHelp(Text.COMMAND_DESCRIBE_ABOUT, makes=True),
    "blend": CommandHelp(Text.COMMAND_BLEND_ABOUT, makes=True),
    "shorten": CommandHelp(Text.COMMAND_SHORTEN_ABOUT, makes=True),
    "status": CommandHelp(Text.COMMAND_STATUS_ABOUT),
    "settings presses": CommandHelp(Text.COMMAND_PRESSES_ABOUT, manages=True),
}
"""The commands by name, in the order of `/help`."""


@dataclass(frozen=True, slots=True)
class Operator:
    """The person who runs the bot, or the owner of the team that runs it."""

    name: str
    user_id: int


class HelpService:
    """Shows a user what they can do in this guild or DM."""

    def __init__(self, guilds: GuildStore, access: Access) -> None:
        self._guilds = guilds
        self._access = access

    async def show(
        self,
        context: InteractionContext,
        reply: Reply,
        command_ids: Mapping[str, int],
        operator: Operator | None,
    ) -> None:
        """Show the help. ``command_ids`` maps command names to Discord's IDs. Raises `MJBotError`."""
        await self._access.require(context, HELP)
        locale = context.private_locale
        closed = self._access.why_closed(context.guild_id)
        commands = [
            f"{_mention(name, command_ids)} – {translate(command.about, locale)}"
            for name, command in COMMANDS.items()
            if not (command.makes and closed) and (context.manages or not command.manages)
        ]
        rules = [await self._who_may_press(context), translate(closed or Text.HELP_MAKING, locale)]
        rules += _contact(operator, locale)
        values = {"commands": "\n".join(commands), "rules": "\n".join(rules)}
        await reply.replace_with_private(Text.REPLY_HELP, **values)

    async def _who_may_press(self, context: InteractionContext) -> str:
        """Return a sentence about who may press buttons, or "" in direct messages, which have no policy."""
        if context.guild_id is None:
            return translate(Text.HELP_PRESSES_DIRECT, context.private_locale)
        policy = await self._guilds.policy(context.guild_id)
        who = f"<@&{policy.role_id}>" if policy.scope is PressScope.ROLE else ""
        return translate(Text(f"help.presses.{policy.scope}"), context.private_locale, who=who)


def _mention(name: str, ids: Mapping[str, int]) -> str:
    root = name.split(" ", maxsplit=1)[0]
    return f"</{name}:{ids[root]}>" if root in ids else f"`/{name}`"


def _contact(operator: Operator | None, locale: str) -> Iterator[str]:
    if operator is not None:
        who = f"{escape(operator.name)} (<@{operator.user_id}>)"
        yield translate(Text.HELP_OPERATOR, locale, who=who)
