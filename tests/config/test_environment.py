"""How settings are spelled, and that a bad one is refused with a sentence that repeats no secret."""

import re
from pathlib import Path

import pytest

from config import environment
from config.environment import BadSetting
from moderation.prescreen import Kind

REFUSED_DATABASES = [
    pytest.param("mysql://user:hidden@host/haven", "must start with postgresql://", id="another database"),
    pytest.param("sqlite:///haven.db", "must start with postgresql://", id="a file"),
    pytest.param("host=db password=hidden dbname=haven", "must start with postgresql://", id="not an address"),
    pytest.param("postgresql://user:hidden@host:5432", "names no database", id="no database"),
    pytest.param("postgresql://user:hidden@host/", "names no database", id="no database after the slash"),
    pytest.param("postgresql://user:hidden@host/haven?colour=red", "is not a usable address", id="unknown parameter"),
    pytest.param("postgresql://user:hid%zzden@host/haven", "is not a usable address", id="bad percent-encoding"),
]


@pytest.mark.parametrize(("url", "sentence"), REFUSED_DATABASES)
def test_unusable_database_address_is_refused_without_its_password(url: str, sentence: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        environment.database(url)

    assert str(refusal.value).startswith("DATABASE_URL ")
    assert sentence in str(refusal.value)
    assert "hidden" not in str(refusal.value)


READ_DATABASES = [
    pytest.param("postgresql://u:p@db.example:6543/haven", "haven u p db.example 6543", {}, id="all parts"),
    pytest.param("postgres://u@db.example/haven", "haven u - db.example -", {}, id="short scheme, no password"),
    pytest.param("postgresql:///haven", "haven - - - -", {}, id="only a name"),
    pytest.param("postgresql://u%40x:p%2F%3A%23@h/d", "d u@x p/:# h -", {}, id="percent-encoded"),
    pytest.param("postgresql://u@%2Frun%2Fpg:5432/d", "d u - /run/pg 5432", {}, id="socket as host"),
    pytest.param("postgresql://u@/d?host=/run/pg", "d u - /run/pg -", {}, id="socket as parameter"),
    pytest.param("postgresql://u@[2001:db8::1]:5432/d", "d u - 2001:db8::1 5432", {}, id="IPv6"),
    pytest.param("postgresql://u@a:1,b:2/d", "d u - a,b 1,2", {}, id="several hosts"),
    pytest.param(
        "postgresql://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem",
        "d u - h -",
        {"sslmode": "verify-full", "sslrootcert": "/ca.pem"},
        id="options",
    ),
]


@pytest.mark.parametrize(("url", "parts", "options"), READ_DATABASES)
def test_database_address_becomes_django_settings(url: str, parts: str, options: dict[str, str]) -> None:
    name, user, password, host, port = ("" if part == "-" else part for part in parts.split())

    settings = environment.database(url)

    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }


@pytest.mark.parametrize("url", ["localhost:6379", "http://host:6379", "redis://", "memcached://host"])
def test_unusable_redis_address_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="REDIS_URL must be an address such as redis://"):
        environment.redis_url(url)


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://:p@host:6379/2", "redis://:p@host:6379/2"),
        ("rediss://host/0", "rediss://host/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix://:p%2Fq@/run/redis.sock?db=3", "redis+socket://:p%2Fq@/run/redis.sock?virtual_host=3"),
    ],
)
def test_celery_gets_the_same_redis_in_its_own_spelling(url: str, broker: str) -> None:
    assert environment.broker_url(environment.redis_url(url)) == broker


@pytest.mark.parametrize("value", ["maybe", "2", "yes please"])
def test_flag_refuses_what_is_neither_yes_nor_no(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_FLAG", value)

    with pytest.raises(BadSetting, match="A_FLAG must be one of"):
        environment.flag("A_FLAG", default=False)


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), (" Yes ", True), ("on", True), ("0", False), ("FALSE", False), ("", True)]
)
def test_flag(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_FLAG", value)

    assert environment.flag("A_FLAG", default=True) is expected


@pytest.mark.parametrize("value", ["-1", "1.5", "ten", "²", "0"])
def test_number_refuses(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_NUMBER", value)

    with pytest.raises(BadSetting, match="A_NUMBER must be a whole number of at least 1"):
        environment.number("A_NUMBER", default=5, least=1)


def test_words_are_separated_by_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_WORDS", " a.example,b.example  c.example, ")

    assert environment.words("SOME_WORDS") == ["a.example", "b.example", "c.example"]


def test_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "hidden")
    monkeypatch.setenv("A_SECRET_FILE", "/run/secrets/a")

    with pytest.raises(BadSetting, match="A_SECRET and A_SECRET_FILE are both set"):
        environment.secret("A_SECRET")


def test_secret_file_that_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "nothing"))

    with pytest.raises(BadSetting, match="A_SECRET_FILE names a file that cannot be read"):
        environment.secret("A_SECRET")


def test_secret_from_a_file_loses_its_line_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden\n")
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "secret"))

    assert environment.secret("A_SECRET") == "hidden"


def test_every_variable_is_told_in_the_example_file() -> None:
    root = Path(__file__).resolve().parents[2]
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', (root / "config" / "settings.py").read_text()))
    told = set(re.findall(r"^(?:# )?([A-Z_]+)=", (root / ".env.example").read_text(), re.MULTILINE))

    internal = {"HAVEN_DATABASE_ROLE", "DEBUG", "HTTPS"}  # manage.py's own; two that only weaken
    files = {name for name in told if name.endswith("_FILE") and name.removesuffix("_FILE") in read}
    assert read - internal == told - files - {"HAVEN_VAR_DIR"}


def test_entries_keep_their_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTS", "0800 555 0100, help.example.org ,, ")
    assert environment.entries("CONTACTS") == ["0800 555 0100", "help.example.org"]


@pytest.mark.parametrize("value", ["orbitroom", "orbitroom=boat", "=phone", "orbitroom=", "a=phone b=phone"])
def test_a_pair_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TERMS", value)
    with pytest.raises(BadSetting, match="TERMS must be entries «name=kind»"):
        environment.pairs("TERMS", among=("phone", "url"))


def test_pairs_are_read_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMS", "orbitroom=phone, the blue place = url")
    assert environment.pairs("TERMS", among=("phone", "url")) == {"orbitroom": "phone", "the blue place": "url"}


def test_every_kind_of_the_pre_screen_may_be_given_to_a_private_term() -> None:
    (kinds,) = re.findall(r'"HAVEN_PRIVATE_TERMS".*?among=\((.*?)\)', Path("config/settings.py").read_text(), re.DOTALL)
    assert re.findall(r'"(\w+)"', kinds) == [kind.value for kind in Kind]
