"""Presses and modals that no Discord client would send: nothing is submitted, and all are answered."""

from __future__ import annotations

from tests.system.conftest import TASK, ProcessHarness, custom_id, finished
from tests.system.discord_stub.log import SECONDS

PRESS, WINDOW = 3, 5
FORGED = [
    f"mj1:press:{TASK}:0123456789ab",
    f"mj1:press:{TASK}:" + "f" * 60,
    f"mj1:again:{TASK}:0123456789abn99",
    f"mj1:press:{'9' * 40}:0123456789ab",
    "mj1:press:../../etc/passwd:0123456789ab",
    f"mj1:form:{TASK}:0123456789ab",
    f"mj1:form:{TASK}:modal",
    f"mj1:pick:{TASK}:x",
    f"mj1:area:{TASK}:xfff",
    f"mj1:more:{TASK}:-7",
    f"mj1:stop:{TASK}:n1",
    f"mj1:leave:{TASK}:",
    f"mj1:press:{TASK}:MJ::JOB::upsample::1::x",
]


async def test_a_forged_press_or_modal_submits_nothing_and_does_no_harm(harness: ProcessHarness) -> None:
    card = await finished(harness)
    words = [{"type": 18, "component": {"type": 4, "custom_id": "prompt", "value": "x" * 9_000}}]
    forged = []
    for text in FORGED:
        forged += [
            await harness.stub.forge(PRESS, harness.channel, harness.user, text, card),
            await harness.stub.forge(WINDOW, harness.channel, harness.user, text, card, words),
            await harness.stub.forge(WINDOW, harness.channel, harness.user, text),
        ]
    real = await harness.stub.press(card, custom_id(card, "V1"), harness.user)
    await real.answered(SECONDS)
    await harness.stub.until(lambda: harness.upstream.world.log, SECONDS)
    assert [each.custom_id.split("::")[2] for each in harness.upstream.world.log] == ["variation"]
    assert "Traceback" not in harness.bot.log.read_text(encoding="utf-8")
    # A press that was slow to refuse was deferred in public; that message is deleted again.
    await harness.stub.until(
        lambda: all(each.message is None or each.message.deleted for each in forged), SECONDS
    )


async def test_a_button_cannot_be_pressed_from_a_server_that_may_not_use_the_bot(
    harness: ProcessHarness,
) -> None:
    card = await finished(harness)
    assert harness.channel.guild is not None
    await harness.bot.terminate()
    harness.bot.set(ALLOWED_GUILDS=str(harness.channel.guild.id))
    await harness.bot.start()
    target = custom_id(card, "U1")
    form = target.replace(":press:", ":form:")
    elsewhere, answers = harness.chinese_channel, []
    for kind, text in ((PRESS, target), (WINDOW, form), (WINDOW, f"mj1:form:{TASK}:modal")):
        forged = await harness.stub.forge(kind, elsewhere, harness.user, text, card)
        answers.append(forged)
    await harness.stub.until(lambda: all(each.ephemeral for each in answers), SECONDS)
    assert harness.upstream.world.log == []
    assert harness.stub.messages(elsewhere) == []
