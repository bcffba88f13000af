"""What kind of room a conversation is, where that is known already."""

from collections.abc import Iterable

from moderation.domain.vocabulary import Room
from moderation.models import Conversation


def known_rooms(ext_ids: Iterable[str]) -> dict[str, Room]:
    """By the platform's ids; a conversation that nobody has told of is not among them."""
    storable = {ext_id for ext_id in ext_ids if "\x00" not in ext_id}
    found = Conversation.objects.filter(ext_id__in=storable).values_list("ext_id", "room")
    return {ext_id: Room(room) for ext_id, room in found}
