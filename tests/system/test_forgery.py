"""Presses and windows that no client of Discord would send: nothing is submitted, and all are answered."""

from __future__ import annotations

from tests.system.conftest import TASK, Scene, custom_id, finished
from tests.system.process import SECONDS

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


async def test_a_forged_press_or_window_submits_nothing_and_is_no_trouble(scene: Scene) -> None:
    card = await finished(scene)
    words = [{"type": 18, "component": {"type": 4, "custom_id": "prompt", "value": "x" * 9_000}}]
    forged = []
    for text in FORGED:
        forged += [
            await scene.stub.forge(PRESS, scene.channel, scene.user, text, card),
            await scene.stub.forge(WINDOW, scene.channel, scene.user, text, card, words),
            await scene.stub.forge(WINDOW, scene.channel, scene.user, text),
        ]
    real = await scene.stub.press(card, custom_id(card, "V1"), scene.user)
    await real.answered(SECONDS)
    await scene.stub.until(lambda: scene.upstream.world.log, SECONDS)
    assert [each.custom_id.split("::")[2] for each in scene.upstream.world.log] == ["variation"]
    assert "Traceback" not in scene.bot.log.read_text(encoding="utf-8")
    # A press that took long to refuse had begun an answer in public; it is taken away again.
    await scene.stub.until(
        lambda: all(each.message is None or each.message.deleted for each in forged), SECONDS
    )


async def test_what_one_server_was_shown_cannot_be_pressed_from_a_server_that_may_not_use_the_bot(
    scene: Scene,
) -> None:
    card = await finished(scene)
    assert scene.channel.guild is not None
    await scene.bot.terminate()
    scene.bot.set(ALLOWED_GUILDS=str(scene.channel.guild.id))
    await scene.bot.start()
    target = custom_id(card, "U1")
    form = target.replace(":press:", ":form:")
    elsewhere, answers = scene.chinese_channel, []
    for kind, text in ((PRESS, target), (WINDOW, form), (WINDOW, f"mj1:form:{TASK}:modal")):
        forged = await scene.stub.forge(kind, elsewhere, scene.user, text, card)
        answers.append(forged)
    await scene.stub.until(lambda: all(each.ephemeral for each in answers), SECONDS)
    assert scene.upstream.world.log == []
    assert scene.stub.messages(elsewhere) == []
