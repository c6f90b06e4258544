"""What is sent of a card, and what a message leaves out when Discord refuses it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.card import Card, Medium, Picture, render
from mjbot.core.card.content import MAX_DESCRIPTION, ImageState, Part, content_of, in_embed
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.editing.ladder import ContentProblem, Omission, next_omission, present, still_omitted
from mjbot.core.i18n.text import units
from mjbot.core.model.addresses import well_formed
from mjbot.core.model.snapshot import Seen, TaskSnapshot, advance
from mjbot.core.model.task import Button, Task, TaskId

FILE, LINK = "attachment://final-1.png", "https://cdn.example.com/a.png"
BUTTON = CardButton("mj:1", label="U1", emoji="🔄", name="U1")
CARD = Card(
    CardState.DONE,
    "Done",
    0,
    "Finished",
    "footer",
    links=("[Video 1](https://cdn.example.com/a.mp4)",),
    body="> a prompt",
    picture=Picture(LINK, final=True),
    picture_link=LINK,
    rows=((BUTTON, CardButton(url="https://example.com/", label="Site")),),
    final=True,
)
ALL = [Part.FILE, Part.PICTURE, Part.LINKS, Part.PROMPT, Part.DETAILS, Part.EMOJI, Part.BUTTONS]


def ladder(problem: ContentProblem, named: Part = Part.NONE, image: str = FILE) -> list[Part]:
    """The parts in the order in which a card loses them; the file's link takes its place."""
    omitted, order = Part.NONE, []
    while (lower := next_omission(CARD, omitted, problem, named, image=image)) is not None:
        order.append(lower & ~omitted)
        omitted = lower
        image = "" if Part.PICTURE in omitted else LINK if Part.FILE in omitted else image
    return order


@pytest.mark.parametrize(
    ("problem", "named", "first"),
    [
        (ContentProblem.EXPLICIT, Part.NONE, [Part.FILE, Part.PICTURE, Part.LINKS, Part.PROMPT]),
        (ContentProblem.OTHER, Part.NONE, [Part.FILE, Part.PICTURE, Part.LINKS, Part.PROMPT]),
        (ContentProblem.TOO_LARGE, Part.FILE, [Part.FILE, Part.PICTURE]),
        (ContentProblem.HARMFUL_LINK, Part.NONE, [Part.LINKS, Part.PROMPT, Part.DETAILS, Part.FILE]),
        (ContentProblem.MALFORMED, Part.PICTURE, [Part.PICTURE, Part.LINKS]),
        (ContentProblem.MALFORMED, Part.EMOJI, [Part.EMOJI, Part.FILE]),
        (ContentProblem.MALFORMED, Part.BUTTONS, [Part.BUTTONS, Part.FILE]),
        (ContentProblem.MALFORMED, Part.LINKS | Part.EMOJI, [Part.LINKS, Part.EMOJI]),
    ],
)
def test_a_refused_message_first_loses_what_discord_objects_to(
    problem: ContentProblem, named: Part, first: list[Part]
) -> None:
    order = ladder(problem, named)
    assert order[: len(first)] == first
    assert len(order) == len(set(order))


def test_a_blocked_host_of_a_linked_picture_costs_the_picture_and_then_the_links() -> None:
    assert ladder(ContentProblem.HARMFUL_LINK, image=LINK)[:2] == [Part.PICTURE, Part.LINKS]


@given(
    st.sampled_from(list(ContentProblem)), st.sets(st.sampled_from(ALL)), st.sampled_from([FILE, LINK, ""])
)
def test_the_ladder_ends_with_the_title_alone_and_the_buttons_go_last(
    problem: ContentProblem, named: set[Part], image: str
) -> None:
    order = ladder(problem, Part.NONE, image)
    assert order[-1] == Part.BUTTONS
    final = Part.NONE
    for part in order:
        final |= part
    content = content_of(CARD, ImageState.MISSING, final)
    assert content.title == "Done"
    assert content.rows == ()
    assert "a prompt" not in content.description
    assert "https://" not in content.description


@pytest.mark.parametrize("omitted", [each for each in ALL if each is not Part.BUTTONS])
def test_buttons_stay_on_every_rung_but_the_last(omitted: Part) -> None:
    rows = content_of(CARD, ImageState.MISSING, omitted).rows
    assert [button.custom_id for button in rows[0] if not button.link] == ["mj:1"]


@pytest.mark.parametrize(
    ("omitted", "image", "told"),
    [
        (Part.NONE, ImageState.MISSING, "The picture couldn't be shown here. [Open it](<https://cdn"),
        (Part.NONE, ImageState.FOLLOWS, "The picture follows."),
        (Part.NONE, ImageState.SMALLER, "This is a smaller copy. [Open the original](<https://cdn"),
        (Part.PICTURE, ImageState.MISSING, "Discord refused this picture. [Open it](<https://cdn"),
        (Part.PICTURE | Part.LINKS, ImageState.MISSING, "Discord refused this picture.\n"),
        (Part.LINKS, ImageState.SHOWN, "Discord refused the links of this card."),
        (Part.PROMPT, ImageState.SHOWN, "Discord refused some of the text."),
        (Part.BUTTONS, ImageState.SHOWN, "Discord refused the buttons. Use /status to try again."),
    ],
)
def test_a_card_says_what_is_missing(omitted: Part, image: ImageState, told: str) -> None:
    assert told in content_of(CARD, image, omitted).description


VIDEO = replace(CARD, picture=replace(CARD.picture, medium=Medium.VIDEO))  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("card", "omitted", "image", "told"),
    [
        (VIDEO, Part.NONE, ImageState.SHOWN, ""),
        (VIDEO, Part.NONE, ImageState.FOLLOWS, "The video follows."),
        (VIDEO, Part.NONE, ImageState.MISSING, "The video couldn't be attached here. Its link works for"),
        (VIDEO, Part.FILE, ImageState.MISSING, "The video couldn't be attached here. Its link works for"),
        (VIDEO, Part.FILE | Part.PICTURE, ImageState.MISSING, "Discord refused this video."),
        (replace(VIDEO, picture_link=""), Part.NONE, ImageState.MISSING, "The video is on a server that"),
        (CARD, Part.NONE, ImageState.LINKED, "so it may disappear later. [Open it](<https://cdn"),
        (CARD, Part.FILE, ImageState.LINKED, "so it may disappear later. [Open it](<https://cdn"),
        (CARD, Part.LINKS, ImageState.LINKED, "so it may disappear later.\n"),
        (replace(CARD, picture_link=""), Part.NONE, ImageState.MISSING, "couldn't be shown here.\n"),
    ],
)
def test_a_result_that_is_not_attached_is_told_in_one_sentence(
    card: Card, omitted: Part, image: ImageState, told: str
) -> None:
    description = content_of(card, image, omitted).description
    assert told in description
    if not told:
        assert "video" not in description.split("[Video 1]")[0].lower()


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("attachment://final-1.png", True),
        ("attachment://final-1-smaller.webp", True),
        ("https://cdn.example.com/a.png", True),
        ("https://cdn.example.com/a.mp4", True),  # of an unknown kind until it is fetched
        ("attachment://final-1.mp4", False),
        ("attachment://final-1.mov", False),
        ("attachment://final-1.txt", False),
        ("", False),
    ],
)
def test_an_embed_refers_to_an_attached_image_and_to_no_other_file(image: str, shown: bool) -> None:
    assert in_embed(image) is shown


def test_a_part_stays_out_until_it_changes() -> None:
    omission = Omission(Part.PROMPT | Part.PICTURE, CARD)
    assert still_omitted(omission, replace(CARD, facts="later")) == Part.PROMPT | Part.PICTURE
    assert still_omitted(omission, replace(CARD, body="> another")) == Part.PICTURE
    elsewhere = replace(CARD, picture=Picture("https://other.example/b.png", final=True))
    assert still_omitted(omission, elsewhere) == Part.PROMPT
    assert still_omitted(None, CARD) == Part.NONE


def test_only_parts_that_a_message_has_are_left_out() -> None:
    bare = Card(CardState.RUNNING, "Running", 0, "", "footer")
    assert present(bare, "") == Part.NONE
    assert next_omission(bare, Part.NONE, ContentProblem.OTHER) is None


def done(**fields: object) -> Card:
    task = Task(TaskId("1763936412345678"), status="SUCCESS", **fields)  # type: ignore[arg-type]
    snapshot = advance(TaskSnapshot(task.id, opened_at=1.0), Seen(task), 2.0)
    return render(snapshot, CardContext(base="http://127.0.0.1:8080/mj"))


@pytest.mark.parametrize(
    "fields",
    [
        {"video_urls": tuple(f"https://cdn.example.com/{n}{'v' * 880}" for n in range(4))},
        {"video_urls": ("https://cdn.example.com/" + "v" * 960,) * 9, "prompt": "*" * 4000},
        {"image_url": "https://cdn.example.com/" + "a" * 1_470, "prompt": "p" * 4000},
        {"text": "1️⃣ " + "\\*" * 3000, "video_urls": ("https://cdn.example.com/" + "v" * 960,) * 4},
    ],
)
@pytest.mark.parametrize("image", list(ImageState))
def test_a_description_is_never_longer_than_discord_accepts(
    fields: dict[str, object], image: ImageState
) -> None:
    assert 0 < units(content_of(done(**fields), image).description) <= MAX_DESCRIPTION


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example.com/a) [free](https://evil.example/",
        "https://cdn.example.com/a>\n# Heading",
        "https://cdn.example.com/a](https://evil.example/)",
        "https://cdn.example.com/a b\n> quote",
        "https://cdn.example.com/<@1>",
    ],
)
def test_an_address_of_the_service_cannot_write_markdown_into_a_card(address: str) -> None:
    for card in (done(image_url=address), done(video_urls=(address,))):
        text = content_of(card, ImageState.MISSING).description
        assert text.count("](") <= 1
        assert "evil.example/)" not in text.replace("%29", ")").split("](")[0]
        assert not any(line.startswith(("#", ">")) for line in text.splitlines())
        assert "<@" not in text


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8080/a.png?token=secret",
        "http://192.168.1.4/a.png",
        "http://nas.local/a.png",
        "http://127.1/a.png",
        "ftp://example.com/a.png",
        "javascript:alert(1)",
        "https://user:pass@example.com/a.png",
        "https://example.com:99999/a.png",
        "https://example..com/a.png",
    ],
)
def test_an_address_that_readers_cannot_open_is_not_linked(address: str) -> None:
    link_button = Button(url=address, label="Site", style=5)
    card = done(image_url=address, video_urls=(address,), buttons=(link_button,))
    content = content_of(card, ImageState.MISSING)
    assert "](" not in content.description
    assert "secret" not in content.description
    assert not any(each.link for row in content.rows for each in row)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (" https://a.example/b.png\n", "https://a.example/b.png"),
        ("https://a.example/b c.png", "https://a.example/b%20c.png"),
        ("//a.example/b.png", "https://a.example/b.png"),
        ("HTTPS://a.example/b.png", "https://a.example/b.png"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://a.example/?sig=a%2Fb&x=1", "https://a.example/?sig=a%2Fb&x=1"),
        ("https://a.example:0/", ""),
        ("https://a.example:x/", ""),
        ("https://-a.example/", ""),
        (f"https://{'a' * 64}.example/", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_an_address_is_made_well_formed_or_not_sent(address: str, expected: str) -> None:
    assert well_formed(address) == expected


@given(st.text())
def test_any_text_becomes_a_well_formed_address_or_none(text: str) -> None:
    for found in (
        well_formed(text),
        well_formed(f"https://{text}"),
        well_formed(f"https://a.example/{text}"),
    ):
        if found:
            assert found.isascii()
            assert not set(found) & set(' "<>\\^`{|}()\n\t')
            assert urlsplit(found).hostname
            assert well_formed(found) == found
