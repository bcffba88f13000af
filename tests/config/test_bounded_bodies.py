"""A body that is too large, or of unknown size, is refused by its headers: not a byte of it is read."""

from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.middleware import bounded_bodies
from tests import making

MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class Unread(BytesIO):
    """A body that nobody may read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def _post(**environ: Any) -> HttpResponse:
    request = RequestFactory().post("/me/")
    request.META.pop("CONTENT_LENGTH", None)
    request.META |= environ
    request._stream = Unread()
    return bounded_bodies(lambda _: HttpResponse("taken"))(request)


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"CONTENT_LENGTH": str(MOST + 1)}, 413),
        ({"CONTENT_LENGTH": "9" * 5000}, 413),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "²"}, 400),
        ({"CONTENT_LENGTH": "12, 12"}, 400),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
    ],
)
def test_refused_unread(environ: dict[str, str], status: int) -> None:
    answer = _post(**environ)

    assert answer.status_code == status
    assert b"Haven" in answer.content


@pytest.mark.parametrize("length", ["0", "1", str(MOST)])
def test_taken(length: str) -> None:
    assert _post(CONTENT_LENGTH=length).content == b"taken"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/me/", "/account/login/", "/appeal/word/", "/questions/word/"])
def test_every_way_in_is_behind_it(path: str) -> None:
    client = Client()
    client.force_login(making.admin())

    assert client.post(path, {"text": "x" * MOST}).status_code == 413


@pytest.mark.django_db
def test_a_form_that_brings_a_file_is_refused() -> None:
    client = Client()
    client.force_login(making.admin())

    answer = client.post("/me/", {"picture": SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>")})

    assert answer.status_code == 400
