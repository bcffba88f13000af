"""What the judge gets to read."""

from moderation.prescreen.windows import AFTER, BEFORE, LONGEST_PART, SEATS, START, Part, alone, parts_of, window


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


def test_the_judged_part_is_read_whole_in_the_order_of_the_talk() -> None:
    parts = talk(("u1", "hi"), ("u2", "hello you"), ("u1", "how are you"))
    read = window(parts, 1)
    assert read.numbers[0] == START
    assert read.numbers[read.first] == SEATS[0]
    assert read.numbers[read.first + 1 : read.last] == [piece.number for piece in parts[1].pieces]
    assert read.numbers[1 : read.first] == [SEATS[1], *(piece.number for piece in parts[0].pieces)]


def test_what_the_same_person_said_is_told_from_what_others_said() -> None:
    same = window(talk(("u1", "hi"), ("u1", "there")), 1)
    other = window(talk(("u2", "hi"), ("u1", "there")), 1)
    assert (same.numbers[1], other.numbers[1]) == (SEATS[0], SEATS[1])
    assert same.numbers[2:] == other.numbers[2:]


def test_everybody_has_a_seat_of_their_own() -> None:
    parts = [part for at in range(BEFORE + 1) for part in parts_of(at, f"u{at}", "hi")]
    seats = [number for number in window(parts, BEFORE).numbers if number in SEATS]
    assert len(set(seats)) == BEFORE + 1
    assert seats[-1] == SEATS[0]


def test_only_the_nearest_parts_are_read() -> None:
    parts = talk(*((f"u{at % 2}", f"number {at}") for at in range(20)))
    read = window(parts, 10)
    assert sum(number in SEATS for number in read.numbers) == BEFORE + 1 + AFTER
    assert window(parts[10 - BEFORE : 10 + AFTER + 1], BEFORE) == read


def test_of_a_long_part_before_only_the_end_is_read() -> None:
    long, short = talk(("u1", "word " * 50 + "end"), ("u2", "hi"))
    read = window([long, short], 1)
    assert read.numbers[read.first - 1] == long.pieces[-1].number
    assert read.first < len(long.pieces)


def test_alone_there_is_nothing_around() -> None:
    (part,) = talk(("u1", "how are you"))
    assert alone(part) == window([part], 0)
