"""What the judge gets to read."""

from moderation.prescreen.windows import AFTER, BEFORE, LONGEST_PART, MARK, SLOTS, Part, parts_of, window


def talk(*turns: tuple[str, str]) -> list[Part]:
    return [part for at, (sender, text) in enumerate(turns) for part in parts_of(at, sender, text)]


def test_a_short_message_is_one_part() -> None:
    (part,) = parts_of(3, "u1", "hello there")
    assert (part.message, part.sender, len(part.pieces)) == (3, "u1", 2)


def test_an_empty_message_is_an_empty_part() -> None:
    (part,) = parts_of(0, "u1", "")
    assert part.pieces == ()


def test_a_long_message_is_cut_at_the_end_of_a_sentence() -> None:
    text = "one two three four. " * 30
    parts = parts_of(0, "u1", text)
    assert all(len(part.pieces) <= LONGEST_PART for part in parts)
    assert all(text[part.pieces[-1].start] == "." for part in parts if part.pieces)
    assert [piece for part in parts for piece in part.pieces] == [
        piece for part in parts_of(0, "u1", text, most=1000) for piece in part.pieces
    ]


def test_a_message_without_sentences_is_cut_all_the_same() -> None:
    assert all(0 < len(part.pieces) <= LONGEST_PART for part in parts_of(0, "u1", "word " * 500))


def test_the_judged_part_comes_first_and_whole() -> None:
    parts = talk(("u1", "hi"), ("u2", "hello you"), ("u1", "how are you"))
    read = window(parts, 1)
    assert read.numbers[0] == MARK
    assert read.judged == 3
    assert read.slots[:3] == [0, 0, 0]


def test_what_the_same_person_said_is_told_from_what_others_said() -> None:
    same = window(talk(("u1", "hi"), ("u1", "there")), 1)
    other = window(talk(("u2", "hi"), ("u1", "there")), 1)
    assert same.numbers == other.numbers
    assert same.slots != other.slots


def test_only_the_nearest_parts_are_read() -> None:
    parts = talk(*((f"u{at % 2}", f"number {at}") for at in range(20)))
    read = window(parts, 10)
    assert len(set(read.slots)) == 1 + BEFORE + AFTER
    assert max(read.slots) < SLOTS
    assert window(parts[10 - BEFORE : 10 + AFTER + 1], BEFORE) == read
