"""What becomes of a content on a channel that cannot carry it as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import CharacterBreaker

from core.channel import Capabilities, MediaLimit
from core.fit import Phrases, fit, numbered, pick
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    Field,
    File,
    Form,
    Image,
    Location,
    Note,
    Option,
    Reaction,
    Sticker,
    Template,
    Text,
    Unsupported,
    Video,
    kind_of,
)
from core.split import Unit, measure, split

SAY = Phrases(options_hint="Reply with the number.", link="{name}: {url}")
TEXT_ONLY = Capabilities(text_limit=100, inbound=frozenset({"text"}), outbound=frozenset({"text"}))
RICH = Capabilities(
    text_limit=200,
    text_unit="utf16",
    inbound=frozenset({"text"}),
    outbound=frozenset({"text", "choice", "image", "file", "location"}),
    options=3,
    option_label=12,
    choice_text=40,
    media={
        "image": MediaLimit(("image/jpeg", "image/png"), 1000, max_caption=10),
        "file": MediaLimit(("*",), 2000),
    },
)
COLOURS = Choice("Which colour?", (Option("r", "Red"), Option("g", "Green"), Option("b", "Blue")))


def test_what_already_fits_is_left_as_it_is() -> None:
    for content in (
        Text(" hello "),
        COLOURS,
        Image(url="https://x.test/a.png", mime="image/png", caption="A cat"),
    ):
        assert fit(content, RICH, SAY) == (content,)


# --- long texts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("One.\n\nTwo is here.\n\nThree.", 20, ("One.\n\nTwo is here.", "Three.")),
        (
            "Hello there. How are you? Fine, thanks.",
            28,
            ("Hello there. How are you?", "Fine, thanks."),
        ),
        (
            "seven words that make no sentence whatsoever",
            20,
            ("seven words that", "make no sentence", "whatsoever"),
        ),
        ("First line\nsecond line", 15, ("First line", "second line")),
        (
            "今天天气很好。我们去公园吧！好的没问题",
            8,
            ("今天天气很好。", "我们去公园吧！", "好的没问题"),
        ),
        ("今天天气今天天气", 5, ("今天天气", "今天天气")),
        ("สวัสดีครับผมชื่อสมชาย", 12, ("สวัสดีครับผม", "ชื่อสมชาย")),
        ("x" * 25, 10, ("x" * 10, "x" * 10, "x" * 5)),
        ("   ", 10, ()),
    ],
)
def test_a_long_text_is_cut_where_a_reader_would_pause(text: str, limit: int, parts: tuple[str, ...]) -> None:
    assert split(text, limit) == parts


def test_an_emoji_counts_two_units_and_is_never_torn() -> None:
    assert split("😀😀😀", 5, "utf16") == ("😀😀", "😀")
    assert split("😀😀😀", 5, "chars") == ("😀😀😀",)


def test_a_family_or_an_accented_letter_stays_in_one_part() -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    assert split(family * 3, 12, "utf16") == (family, family, family)
    assert split("e\u0301" * 4, 3) == ("e\u0301",) * 4


def test_a_flag_with_a_mark_upon_it_does_not_tear_the_next_flag() -> None:
    half = "\U0001f1ed"  # a word boundary falls between the last two halves, a character's does not
    assert split(f"{half}\u0e49{half}{half}", 3) == (f"{half}\u0e49", f"{half}{half}")


def test_marks_heaped_on_one_letter_beyond_the_limit_are_cut_all_the_same() -> None:
    assert [len(part) for part in split("e" + "\u0301" * 14, 10)] == [10, 5]


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.integers(4, 40),
    st.sampled_from(["chars", "utf16"]),
)
def test_parts_hold_everything_that_can_be_seen_in_order_within_the_limit(text: str, limit: int, unit: Unit) -> None:
    parts = split(text, limit, unit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < measure(part, unit) <= limit for part in parts)


@given(
    st.text(
        st.sampled_from("aé😀👨👩👧\u200d\u0301\u0e49กา好。.\r\n 🇹🇭🇯🇵"),
        min_size=1,
        max_size=120,
    ),
    st.sampled_from(["chars", "utf16"]),
)
def test_a_cut_lies_between_characters_wherever_they_fit_at_all(text: str, unit: Unit) -> None:
    stripped = text.strip()
    clusters = list(CharacterBreaker(stripped, "en"))
    limit = max((measure(cluster, unit) for cluster in clusters), default=1) + 1
    seen = [cluster for cluster in clusters if cluster.strip()]
    again = [one for part in split(text, limit, unit) for one in CharacterBreaker(part, "en") if one.strip()]
    assert [one.strip() for one in again] == [one.strip() for one in seen]


# --- choices ------------------------------------------------------------------------------------------------


def test_options_become_a_numbered_list_where_there_are_no_buttons() -> None:
    assert fit(COLOURS, TEXT_ONLY, SAY) == (Text("Which colour?\n1. Red\n2. Green\n3. Blue\nReply with the number."),)
    assert numbered(COLOURS, TEXT_ONLY)
    assert not numbered(COLOURS, RICH)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(tuple(Option(str(n), f"Option {n}") for n in range(4)), id="too many"),
        pytest.param((Option("a", "A label too long"),), id="a label too long"),
        pytest.param((Option("a", ""),), id="a label that is empty"),
    ],
)
def test_options_beyond_the_channels_become_a_numbered_list(
    options: tuple[Option, ...],
) -> None:
    choice = Choice("Which?", options)
    assert numbered(choice, RICH)
    assert [kind_of(part) for part in fit(choice, RICH, SAY)] == ["text"]


def test_a_scale_of_numbers_is_not_numbered_once_more() -> None:
    scale = Choice("How likely?", tuple(Option(str(n), str(n)) for n in range(5)))
    assert fit(scale, TEXT_ONLY, SAY) == (Text("How likely?\n0 · 1 · 2 · 3 · 4\nReply with the number."),)
    assert pick("0", scale.options) == Option("0", "0")
    assert pick("٤", scale.options) == Option("4", "4")
    assert pick("5", scale.options) is None


def test_a_question_too_long_for_its_buttons_is_said_before_them() -> None:
    choice = Choice(
        "We are glad that you are here. Which colour would you like to have?",
        COLOURS.options,
    )
    assert fit(choice, RICH, SAY) == (
        Text("We are glad that you are here."),
        Choice("Which colour would you like to have?", COLOURS.options),
    )


def test_a_question_without_options_is_a_text() -> None:
    assert fit(Choice("Really?", ()), RICH, SAY) == (Text("Really?"),)
    assert not numbered(Choice("Really?", ()), RICH)


@pytest.mark.parametrize(
    "said",
    [
        "2",
        " 2 ",
        "2.",
        "2)",
        "(2)",
        "[2]",
        "#2",
        "２",
        "２．",
        "٢",
        "۲",
        "๒",
        "२",
        "②",
        "2️⃣",
        "green",
        "GREEN",
        "Ｇｒｅｅｎ",
        "2. Green",
    ],
)
def test_the_second_option_is_meant_by(said: str) -> None:
    assert pick(said, COLOURS.options) == Option("g", "Green")


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "0",
        "4",
        "22",
        "-2",
        "2 please",
        "1 2",
        "2.5",
        "greens",
        "2 Red",
        "½",
        "9" * 5000,
    ],
)
def test_no_option_is_meant_by(said: str) -> None:
    assert pick(said, COLOURS.options) is None


@given(st.text(max_size=20))
def test_any_words_at_all_are_an_option_or_none(said: str) -> None:
    assert pick(said, COLOURS.options) in (None, *COLOURS.options)


# --- forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "labels"),
    [
        (Field("score", "Stars", "stars"), ["★", "★★", "★★★", "★★★★", "★★★★★"]),
        (
            Field("score", "Score", "nps"),
            ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
        ),
        (Field("score", "Thumbs", "thumbs"), ["👍", "👎"]),
        (
            Field("colour", "Colour", "choice", options=COLOURS.options),
            ["Red", "Green", "Blue"],
        ),
        (
            Field(
                "score",
                "Stars",
                "stars",
                options=(Option("1", "Bad"), Option("5", "Good")),
            ),
            ["Bad", "Good"],
        ),
    ],
)
def test_a_form_asks_its_one_choice_where_there_are_no_forms(field: Field, labels: list[str]) -> None:
    form = Form("How was it?", (field, Field("comment", "Comment")))
    many = Capabilities(
        text_limit=100,
        inbound=frozenset(),
        outbound=frozenset({"text", "choice"}),
        options=13,
    )
    (choice,) = fit(form, many, SAY)
    assert isinstance(choice, Choice)
    assert (choice.text, [option.label for option in choice.options]) == (
        "How was it?",
        labels,
    )
    assert not numbered(form, many)
    assert numbered(form, TEXT_ONLY)
    assert isinstance(fit(form, TEXT_ONLY, SAY)[0], Text)


def test_a_form_stays_a_form_where_there_are_forms() -> None:
    form = Form("How was it?", (Field("score", "Stars", "stars"),))
    forms = Capabilities(text_limit=100, inbound=frozenset(), outbound=frozenset({"text", "form"}))
    assert fit(form, forms, SAY) == (form,)
    assert not numbered(form, forms)


def test_a_form_of_several_choices_or_none_is_asked_in_words() -> None:
    form = Form("Tell us:", (Field("name", "Your name"), Field("mail", "Your e-mail")))
    assert fit(form, RICH, SAY) == (Text("Tell us:\nYour name\nYour e-mail"),)


# --- media --------------------------------------------------------------------------------------------------

LINKED = Text("cat.gif: https://x.test/f/1")


@pytest.mark.parametrize(
    "media",
    [
        pytest.param(
            Image(url="https://x.test/f/1", mime="image/gif", name="cat.gif"),
            id="a type it does not take",
        ),
        pytest.param(
            Image(url="https://x.test/f/1", mime="image/png", size=1001, name="cat.gif"),
            id="too large",
        ),
        pytest.param(
            Video(url="https://x.test/f/1", mime="video/mp4", name="cat.gif"),
            id="no videos",
        ),
        pytest.param(
            Audio(url="https://x.test/f/1", mime="audio/ogg", name="cat.gif"),
            id="no audio",
        ),
    ],
)
def test_media_the_channel_does_not_take_become_a_link(media: Content) -> None:
    assert fit(media, RICH, SAY) == (LINKED,)


def test_the_caption_of_a_link_follows_it() -> None:
    media = Image(url="https://x.test/f/1", mime="image/gif", name="cat.gif", caption="Our cat")
    assert fit(media, RICH, SAY) == (LINKED, Text("Our cat"))


def test_a_caption_too_long_is_a_text_of_its_own() -> None:
    media = Image(
        url="https://x.test/f/1",
        mime="image/png; q=1",
        size=10,
        caption="longer than ten",
    )
    assert fit(media, RICH, SAY) == (
        Image(url="https://x.test/f/1", mime="image/png; q=1", size=10),
        Text("longer than ten"),
    )


def test_a_link_without_a_name_is_called_by_its_type_and_braces_in_names_do_no_harm() -> None:
    assert fit(Video(url="https://x.test/f/1", mime="video/mp4"), RICH, SAY) == (Text("video/mp4: https://x.test/f/1"),)
    odd = Video(url="https://x.test/{name}", mime="video/mp4", name="{url}{0}")
    assert fit(odd, RICH, SAY) == (Text("{url}{0}: https://x.test/{name}"),)


# --- the rest -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            Location(
                latitude=35.65,
                longitude=139.7,
                title="Tokyo Tower",
                address="4-2-8 Shibakoen",
            ),
            "Tokyo Tower\n4-2-8 Shibakoen\nhttps://maps.google.com/?q=35.65,139.7",
        ),
        (
            Contact("Mei", ("+6591234567", "+6597654321")),
            "Mei\n+6591234567\n+6597654321",
        ),
        (Sticker("1/2", text="🎉"), "🎉"),
        (Sticker("1/2", url="https://x.test/s.webp"), "sticker: https://x.test/s.webp"),
        (Reaction("👍", to="m1"), "👍"),
        (Chosen("r", "Red"), "Red"),
        (
            Template("order", variables=("Mei", "7"), text="Hi {{1}}, order {{ 2 }} {{3}}"),
            "Hi Mei, order 7 {{3}}",
        ),
        (Template("hello_world"), "hello_world"),
    ],
)
def test_what_the_channel_has_no_type_for_is_said_in_words(content: Content, said: str) -> None:
    assert fit(content, TEXT_ONLY, SAY) == (Text(said),)


@pytest.mark.parametrize(
    "content",
    [
        Note("he is angry"),
        Unsupported("poll"),
        Text("  "),
        Sticker("1/2"),
        Reaction(""),
    ],
)
def test_what_no_customer_may_or_can_get_is_refused(content: Content) -> None:
    with pytest.raises(ValueError, match=kind_of(content)):
        fit(content, TEXT_ONLY, SAY)


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=150).filter(str.strip)
options = st.lists(st.builds(Option, st.text(max_size=3), st.text(max_size=15)), max_size=5).map(tuple)
media = st.sampled_from([Image, Audio, Video, File]).flatmap(
    lambda kind: st.builds(
        kind,
        url=st.just("https://x.test/f/1"),
        mime=st.sampled_from(["image/png", "image/gif", "video/mp4", "application/pdf"]),
        size=st.none() | st.integers(0, 3000),
        name=st.none() | words,
        caption=st.none() | words,
    )
)
contents = st.one_of(
    st.builds(Text, words),
    st.builds(Choice, words, options),
    media,
    st.builds(
        Location,
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.none() | words,
        st.none() | words,
    ),
    st.builds(Contact, words, st.just(("+1",))),
    st.builds(
        Template,
        words,
        variables=st.lists(words, max_size=2).map(tuple),
        text=st.none() | words,
    ),
)
channels = st.builds(
    Capabilities,
    text_limit=st.integers(30, 100),
    text_unit=st.sampled_from(["chars", "utf16"]),
    inbound=st.just(frozenset()),
    outbound=st.frozensets(
        st.sampled_from(
            [
                "choice",
                "image",
                "audio",
                "video",
                "file",
                "location",
                "contact",
                "template",
            ]
        )
    ).map(lambda kinds: kinds | {"text"}),
    options=st.integers(0, 5),
    option_label=st.integers(1, 20),
    choice_text=st.integers(10, 80),
    media=st.fixed_dictionaries(
        {},
        optional={
            "image": st.just(MediaLimit(("image/*",), 2000, 20)),
            "file": st.just(MediaLimit(("*",), 2500, 0)),
        },
    ),
)


@given(contents, channels)
def test_whatever_is_said_only_what_the_channel_carries_comes_out(content: Content, can: Capabilities) -> None:
    fitted = fit(content, can, SAY)
    assert fitted
    for part in fitted:
        assert kind_of(part) in can.outbound
        if isinstance(part, Text):
            assert 0 < measure(part.text, can.text_unit) <= can.text_limit
        if isinstance(part, Choice):
            assert 0 < len(part.options) <= can.options
            assert measure(part.text, can.text_unit) <= can.choice_text
        assert fit(part, can, SAY) == (part,)
