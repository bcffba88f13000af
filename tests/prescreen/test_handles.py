"""Where a user name, id or code is, and how surely its form and its labels make it one."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import Kind, handles
from moderation.prescreen.lexicon import table
from moderation.prescreen.names import Shape, shape
from tests.prescreen.seen import is_in_range, line_of, typed

SOCIAL, APP, OTHER = Kind.SOCIAL_HANDLE, Kind.MESSAGING_APP, Kind.OTHER

SURE = [
    ("snap: luna_77", "luna_77", APP),
    ("my insta is @salt.and.ferns btw", "@salt.and.ferns", SOCIAL),
    ("Discord → mothwing#4410", "mothwing#4410", APP),
    ("i'm tinfoil_duck on telegram", "tinfoil_duck", APP),
    ("find RustyKettle42 on steam", "RustyKettle42", SOCIAL),
    ("𝓶𝔂 𝓼𝓷𝓪𝓹 𝓲𝓼 𝓶𝓸𝓼𝓼_𝟐𝟐", "𝓶𝓸𝓼𝓼_𝟐𝟐", APP),
    ("friend code SW-0123-4567-8901 if you play", "SW-0123-4567-8901", SOCIAL),
    ("cashapp me $tiredbaker9", "$tiredbaker9", OTHER),
    ("on matrix @rook:tower.chat", "@rook:tower.chat", APP),
    ("telegramda beni bul: kus_ucusu34", "kus_ucusu34", SOCIAL),
    ("mein insta heißt waldkauz_84", "waldkauz_84", SOCIAL),
]
PROBABLE = [
    ("add me, brass_otter9", "brass_otter9"),
    ("my user is NightTrainNora", "NightTrainNora"),
    ("kik: softwinter", "softwinter"),
    ("look for Nurse Thimbleby on facebook", "Nurse Thimbleby"),
    ("same name as on here, on discord", "same name as on here"),
    ("it's quiet underscore harbour on the ghost app", "quiet underscore harbour"),
    ("genshin uid 800123456", "800123456"),
]
POSSIBLE = [
    ("search for quiet harbour on there", "quiet harbour"),
    ("my snap is sunflower", "sunflower"),
    ("type 'wet biscuit club' into youtube", "wet biscuit club"),
    ("nobody knows my other self, sea_glass_eleven", "sea_glass_eleven"),
]
HARMLESS = [
    "my snap is driving me mad",
    "i deleted instagram and tiktok last week",
    "thanks @MapleListener for last night",
    "my ps5 and my mp3 player both died, gr8",
    "take 50mg at 10.30pm, then 2x20mg",
    "i'm on the line with my gran",
    "my mum follows me on facebook and it's a nightmare",
    "hi I'm Sam, I listen to music on spotify",
    "those were hard days.Thanks for asking",
    "covid19 ruined year10 for me",
    "I was on the yellow line, then the red one",
    "he blocked me on snap again",
    "the one with the ghost scared me",
    "hahahahaha nooooooo",
]


def best(text: str) -> tuple[float, str, Kind] | None:
    clues = list(handles.find(line_of(text)))
    if not clues:
        return None
    clue = max(clues, key=lambda one: one.score)
    return clue.score, typed(clue)[0], Kind(clue.kind)


@pytest.mark.parametrize(("text", "name", "kind"), SURE)
def test_a_labelled_name_is_sure(text: str, name: str, kind: Kind) -> None:
    found = best(text)
    assert found is not None
    assert found[1:] == (name, kind)
    assert found[0] >= 0.8


@pytest.mark.parametrize(("text", "name"), PROBABLE)
def test_an_introduced_name_is_probable(text: str, name: str) -> None:
    found = best(text)
    assert found is not None
    assert found[1] == name
    assert found[0] >= 0.5


@pytest.mark.parametrize(("text", "name"), POSSIBLE)
def test_everyday_words_and_lone_shapes_are_possible(text: str, name: str) -> None:
    found = best(text)
    assert found is not None
    assert found[1] == name
    assert 0.2 <= found[0] < 0.7


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_talk_holds_no_name(text: str) -> None:
    found = best(text)
    assert found is None or found[0] < 0.5


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("morning", Shape.ORDINARY),
        ("14yo", Shape.ORDINARY),
        ("3.12am", Shape.ORDINARY),
        ("hati2", Shape.ORDINARY),
        ("ppl", Shape.ORDINARY),
        ("xylocarp", Shape.UNUSUAL),
        ("goodmorningrain", Shape.COMPOUND),
        ("QuietHarbour", Shape.COMPOUND),
        ("quiet_harbour", Shape.SHAPED),
        ("luna77", Shape.SHAPED),
        ("zuri.needs.sleep", Shape.SHAPED),
        ("@anyone", Shape.MARKED),
        ("quill#0042", Shape.TAGGED),
    ],
)
def test_the_shape_of_a_token(token: str, expected: Shape) -> None:
    assert shape(token) is expected or (expected is Shape.ORDINARY and shape(token) is Shape.UNUSUAL)


def test_a_private_medium_gives_its_kind() -> None:
    found = best("my venmo is @oat_lady")
    assert found is not None
    assert found[2] is Kind.OTHER


def test_the_lists_of_naming_words_are_lower_case() -> None:
    for name, words in table("naming").items():
        entries = words.split() if isinstance(words, str) else words
        assert entries, name
        assert isinstance(words, list) or words == words.lower(), name


@given(st.text(max_size=300))
def test_clues_are_in_range(text: str) -> None:
    assert all(is_in_range(clue) for clue in handles.find(line_of(text)))


@given(
    st.lists(st.sampled_from(["add me ", "snap ", "is ", "a_b1 ", "@x.y ", "“", "same name here ", "$a ", "\n", ". "]))
)
def test_clues_on_telling_words_are_in_range(parts: list[str]) -> None:
    assert all(is_in_range(clue) for clue in handles.find(line_of("".join(parts))))


@pytest.mark.parametrize("piece", [".", "1 ", "a.", "a@", "a_b ", "at dot ", "snap is ", "Aa Bb ", '"a" ', "$a ", "\n"])
def test_hostile_texts_are_read_in_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        line = line_of((piece * size)[:size])
        start = perf_counter()
        list(handles.find(line))
        return perf_counter() - start

    list(handles.find(line_of("warm up")))
    assert min(seconds(20_000) for _ in range(2)) < 0.5
