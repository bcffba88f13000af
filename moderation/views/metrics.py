"""/metrics in Prometheus' text form, for whoever brings the token. One address speaks for all processes: scrape one."""

import hmac
from collections.abc import Iterable, Iterator
from itertools import groupby

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from moderation import meters
from moderation.meters import Sample
from moderation.queries.gauges import GAUGES, gauges

log = structlog.get_logger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UP = {
    "haven_database_up": "Whether PostgreSQL answered this scrape.",
    "haven_redis_up": "Whether Redis answered this scrape.",
}
_HELP = {**UP, **GAUGES, **meters.COUNTERS, **meters.HISTOGRAMS, **meters.MARKS}


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Without METRICS_TOKEN there is nothing here."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not _may(request.headers.get("Authorization", "")):
        refusal = "Bring METRICS_TOKEN as a bearer token.\n"
        return HttpResponse(refusal, status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse("".join(_lines([*_from_database(), *_from_redis()])), content_type=CONTENT_TYPE)


def _may(offered: str) -> bool:
    return hmac.compare_digest(offered.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


def _from_database() -> list[Sample]:
    try:
        found = [Sample(gauge.name, gauge.labels, gauge.value) for gauge in gauges()]
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        log.warning("gauges_missing", error=type(error).__name__)
        return [Sample("haven_database_up", (), 0)]
    return [Sample("haven_database_up", (), 1), *found]


def _from_redis() -> list[Sample]:
    try:
        found = meters.samples()
    except RedisError as error:
        log.warning("meters_missing", error=type(error).__name__)
        return [Sample("haven_redis_up", (), 0)]
    return [Sample("haven_redis_up", (), 1), *found]


def _lines(samples: Iterable[Sample]) -> Iterator[str]:
    for family, members in groupby(samples, key=lambda sample: _family(sample.name)):
        yield f"# HELP {family} {_HELP[family]}\n# TYPE {family} {_kind(family)}\n"
        yield from map(_line, members)


def _family(name: str) -> str:
    for suffix in ("_bucket", "_sum", "_count"):
        if name.removesuffix(suffix) in meters.HISTOGRAMS:
            return name.removesuffix(suffix)
    return name


def _kind(family: str) -> str:
    if family in meters.COUNTERS:
        return "counter"
    return "histogram" if family in meters.HISTOGRAMS else "gauge"


def _line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels)
    return f"{sample.name}{{{labels}}} {sample.value:.15g}\n" if labels else f"{sample.name} {sample.value:.15g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
