"""What a page takes from how a person likes to work: its keys, its look, what it covers."""

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.preferences import DEFAULT, Preferences, Theme, preferences_of

register = template.Library()

_READ = "_preferences_read"  # on the request: a page asks for some forty keys
_SHORT = {"Escape": "Esc"}
# The classes that the style sheet knows; each is the name of a preference.
_LOOKS = {"greyscale": "greyscale", "hide_snippets": "hide-snippets", "blur_text": "blur-text"}


@register.simple_tag(takes_context=True)
def preferences(context: Context) -> Preferences:
    """How whoever is signed in likes to work; for everybody else what comes by itself."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return DEFAULT
    if _READ not in vars(request):
        setattr(request, _READ, preferences_of(user))
    likes: Preferences = getattr(request, _READ)
    return likes


@register.simple_tag(takes_context=True)
def key(context: Context, action: str, *chords: str) -> SafeString:
    """The attribute that gives an element its key, for keys.js and for screen readers; nothing if it is off.

    `chords` press it too, whatever the preferences: with Control or Alt, so that nobody does it by mistake.
    """
    pressed = " ".join(filter(None, (preferences(context).key_of(action), *chords)))
    return format_html('aria-keyshortcuts="{}"', pressed) if pressed else SafeString("")


@register.simple_tag(takes_context=True)
def kbd(context: Context, action: str) -> SafeString:
    """The key as it is printed on its button; nothing if it is off."""
    pressed = preferences(context).key_of(action)
    return format_html("<kbd>{}</kbd>", _printed(pressed)) if pressed else SafeString("")


@register.simple_tag(takes_context=True)
def look(context: Context) -> SafeString:
    """Attributes of the page's outermost element: colours, what is covered, whether keys are off."""
    likes = preferences(context)
    classes = [name for preference, name in _LOOKS.items() if getattr(likes, preference)]
    if likes.theme is not Theme.AUTO:
        classes.append(f"theme-{likes.theme}")
    off = SafeString(" data-keys-off") if not likes.shortcuts else ""
    return format_html('class="{}"{}', " ".join(classes), off)


def _printed(pressed: str) -> str:
    """«Esc», «F» for Shift and f, «⇧1» where a capital does not say it."""
    plain = pressed.removeprefix("Shift+")
    if plain == pressed:
        return _SHORT.get(pressed, pressed)
    return plain.upper() if plain.isalpha() else f"⇧{plain}"
