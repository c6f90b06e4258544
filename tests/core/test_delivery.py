"""Delivery as a state machine: any cards, refusals of any part at any moment, and restarts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.card import Card, Picture
from mjbot.core.card.content import Content, ImageState, Part, content_of
from mjbot.core.card.state import CardState
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.ladder import ContentProblem, present
from mjbot.core.editing.outcome import Delivered, Later, NoAccess, Outcome, Paused, Refused
from mjbot.core.editing.pending_edit import Edit, Priority
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef

START = 1_800_000_000.0
CHANNELS, MESSAGES = 2, 3
DAY = 86_400.0
PARTS = [Part.FILE, Part.PICTURE, Part.LINKS, Part.PROMPT, Part.DETAILS, Part.EMOJI, Part.BUTTONS]


def make_ref(channel: int, number: int) -> MessageRef:
    return MessageRef(channel, (int((START - 1_420_070_400) * 1000) << 22) + number)


REFS = [make_ref(channel, number) for channel in range(CHANNELS) for number in range(MESSAGES)]


def make_card(version: int, *, final: bool, linked: bool) -> Card:
    host = "https://cdn.example.com" if linked else "http://nas.local"
    return Card(
        CardState.DONE if final else CardState.RUNNING,
        "Done" if final else "In progress",
        0,
        f"version {version}",
        "footer",
        links=("[parent](https://discord.com/channels/1/2/3)",),
        body=f"> prompt {version // 3}",
        picture=Picture(f"{host}/{version}.png", final),
        picture_link=f"{host}/{version}.png" if linked else "",
        rows=((CardButton("mj:1", "U1", "🔄", name="U1"),),) if final else (),
        final=final,
    )


class DiscordModel:
    """Discord: what each message shows, and which parts it refuses at the moment."""

    def __init__(self) -> None:
        self.refused = Part.NONE
        self.other: Outcome | None = None
        self.shown: dict[MessageRef, tuple[Card, Content]] = {}
        self.accepted: defaultdict[int, list[float]] = defaultdict(list)

    def edit(self, edit: Edit, now: float) -> Outcome:
        if self.other is not None:
            return self.other
        image = "attachment://a.png"
        if Part.FILE in edit.omitted:
            image = edit.card.picture_link
        if Part.PICTURE in edit.omitted:
            image = ""
        sent = present(edit.card, image) & ~edit.omitted
        if sent & self.refused:
            return Refused(ContentProblem.OTHER, Part.NONE, image)
        state = ImageState.SHOWN if image else ImageState.MISSING
        self.shown[edit.ref] = (edit.card, content_of(edit.card, state, edit.omitted))
        self.accepted[edit.ref.channel_id].append(now)
        return Delivered(DeliveredState(edit.card.digest, "", image))


class Delivery(RuleBasedStateMachine):
    """The watches of six messages in two channels, before and after restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.discord = DiscordModel()
        self.queue = EditQueue(RequestBudget())
        self.newest: dict[MessageRef, Card] = {}
        self.delivered: dict[MessageRef, DeliveredState] = {}
        self.closed: set[MessageRef] = set()
        self.in_flight: list[Edit] = []
        self.version = 0

    @rule(
        ref=st.sampled_from(REFS), final=st.booleans(), linked=st.booleans(), token=st.sampled_from([0, 840])
    )
    def change(self, ref: MessageRef, final: bool, linked: bool, token: float) -> None:
        """A task changes, or ends; what has ended changes only by a press."""
        self.version += 1
        before = self.newest.get(ref)
        final = final or (before is not None and before.final)
        self.newest[ref] = card = make_card(self.version, final=final, linked=linked)
        self.closed.discard(ref)
        if ref in self.delivered:
            self.queue.prime(ref, self.delivered[ref])
        if not self.queue.offer(ref, card, Priority.FINAL if final else Priority.PROGRESS, self.now, token):
            self.closed.add(ref)

    @rule(parts=st.sets(st.sampled_from(PARTS)))
    def refuse(self, parts: set[Part]) -> None:
        """Discord refuses other parts from now on."""
        self.discord.refused = Part.NONE
        for part in parts:
            self.discord.refused |= part

    @rule(outcome=st.sampled_from([None, Later(), Later(5, whole_channel=True), Paused(30.0), NoAccess()]))
    def trouble(self, outcome: Outcome | None) -> None:
        """Discord answers everything like this from now on; None: as it should."""
        self.discord.other = outcome

    @rule()
    def start_edits(self) -> None:
        """Edits start; their outcomes come later."""
        while edit := self.queue.take(self.now):
            self.in_flight.append(edit)

    @rule(seconds=st.sampled_from([1, 5, 30, 300]))
    def wait(self, seconds: float) -> None:
        """Time passes, with edits in it."""
        end = self.now + seconds
        while True:
            self.run_due()
            wake = self.queue.wake_at(self.now)
            if wake is None or wake > end:
                break
            self.now = max(self.now, wake)
        self.now = end

    @rule()
    def restart(self) -> None:
        """A new process knows what was delivered, and reads every task that is not closed."""
        self.queue = EditQueue(RequestBudget())
        self.in_flight.clear()
        for ref, card in self.newest.items():
            if ref not in self.closed:
                self.queue.prime(ref, self.delivered.get(ref, NOTHING_DELIVERED))
                if card.final and card.digest == self.delivered.get(ref, NOTHING_DELIVERED).digest:
                    self.queue.recheck(ref, card, self.now)
                else:
                    self.queue.offer(ref, card, Priority.FINAL, self.now)

    def run_due(self) -> None:
        while True:
            while edit := self.queue.take(self.now):
                self.in_flight.append(edit)
            if not self.in_flight:
                return
            self.finish(self.in_flight.pop(0))

    def finish(self, edit: Edit) -> None:
        outcome: Outcome = self.discord.edit(edit, self.now)
        done = self.queue.settle(edit, outcome, self.now)
        if done and isinstance(outcome, Delivered):
            self.delivered[edit.ref] = outcome.delivered
            if edit.card.final and edit.card is self.newest[edit.ref]:
                self.closed.add(edit.ref)
                self.queue.release(edit.ref)

    @invariant()
    def no_channel_is_edited_more_often_than_its_budget(self) -> None:
        for moments in self.discord.accepted.values():
            recent = [each for each in moments if each > self.now - 5]
            assert len(recent) <= 5 + MESSAGES * 8  # five by channel; the others by token

    def teardown(self) -> None:
        """When the refusals stop, every message shows its task's newest card, and its buttons."""
        self.discord.refused, self.discord.other = Part.NONE, None
        for _ in range(40):
            self.wait(120)
        for ref, card in self.newest.items():
            shown, content = self.discord.shown[ref]
            assert shown == card
            assert content.title == card.title
            assert (
                content.rows == replace(card).rows
                or content.rows == content_of(card, ImageState.SHOWN, Part.EMOJI).rows
            )


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=150, stateful_step_count=30)
