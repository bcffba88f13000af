"""Short ways to write a conversation in a test."""

from moderation.prescreen import Conversation, Message, Participant

PEOPLE = (Participant("u1", "listener", "adult"), Participant("u2", "member", "teen"))


def talk(*turns: tuple[str, str]) -> Conversation:
    messages = tuple(Message(f"m{number}", sender, text) for number, (sender, text) in enumerate(turns, 1))
    return Conversation("c", "one_to_one", PEOPLE, messages)


def said(*texts: str) -> Conversation:
    """One person's messages, one after the other."""
    return talk(*(("u1", text) for text in texts))
