"""What can be said of the files in deploy/ without a cluster: they parse, agree with each other, the settings, the code
and the docs, and carry no secret."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django import Settings

from accounts.encryption import opened, sealed
from config.checks import start_up_errors
from config.run import _commands
from moderation import meters
from moderation.queries.gauges import GAUGES
from moderation.views.metrics import UP

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(DEPLOY.rglob("*.yaml"))
SETTINGS = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
OTHERS = {"REDIS_PASSWORD", "POSTGRES_PASSWORD_FILE", "HAVEN_HOST"}  # of other programs than Haven
HAVENS = ("web", "screening", "delivery", "background", "beat", "migrate")
WORKERS = HAVENS[1:4]


def documents(path: Path) -> list[Any]:
    return [found for found in yaml.safe_load_all(path.read_text()) if found]


COMPOSE = documents(DEPLOY / "compose.yaml")[0]
OBJECTS = [found for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) for found in documents(path)]


def of_kind(*kinds: str) -> list[Any]:
    return [found for found in OBJECTS if found["kind"] in kinds]


def pods() -> dict[str, Any]:
    """The pod of every Deployment and Job, by its part."""
    found = of_kind("Deployment", "Job")
    return {each["metadata"]["labels"]["part"]: each["spec"]["template"]["spec"] for each in found}


def container(part: str) -> Any:
    (only,) = pods()[part]["containers"]
    return only


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_parses(path: Path) -> None:
    assert documents(path)


def test_kustomize_names_every_file() -> None:
    named = set(documents(DEPLOY / "kubernetes" / "kustomization.yaml")[0]["resources"])
    assert named == {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}


# Processes


def _what(command: list[str]) -> tuple[str, ...]:
    """Program, kind of process and queues: what makes two commands the same process."""
    words = [str(word) for word in command]
    kind = next((word for word in words if word in {"worker", "beat", "config.wsgi:application"}), "")
    queues = words[words.index("--queues") + 1] if "--queues" in words else ""
    return (words[0], kind, *sorted(filter(None, queues.split(","))))


def _wanted() -> set[tuple[str, ...]]:
    """What one's own machine runs, but a worker for each queue; the example platform stays at home."""
    commands = _commands(8000)
    queues = commands["worker"][commands["worker"].index("--queues") + 1].split(",")
    workers = {("celery", "worker", queue) for queue in queues}
    return workers | {_what(commands[name]) for name in commands.keys() - {"worker", "platform"}}


def test_compose_runs_every_process_of_haven() -> None:
    services = {name: service.get("command") for name, service in COMPOSE["services"].items() if name in HAVENS}
    dockerfile = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    services["web"] = json.loads(dockerfile.rpartition("CMD ")[2])
    assert {_what(services[name]) for name in HAVENS if name != "migrate"} == _wanted()


def test_kubernetes_runs_every_process_of_haven() -> None:
    assert {_what(container(part)["command"]) for part in HAVENS if part != "migrate"} == _wanted()


@pytest.mark.parametrize("command", [COMPOSE["services"]["migrate"]["command"], container("migrate")["command"]])
def test_a_release_migrates_and_grants(command: list[str]) -> None:
    assert command[-1] == "python manage.py migrate --no-input && python manage.py grant_app_role"


def test_there_is_one_beat_and_never_two() -> None:
    (beat,) = (each for each in of_kind("Deployment") if each["metadata"]["name"] == "haven-beat")
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]) == (1, {"type": "Recreate"})
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind("HorizontalPodAutoscaler")}
    assert scaled == {"haven-web", "haven-screening"}
    assert "deploy" not in COMPOSE["services"]["beat"]


# Hardening


@pytest.mark.parametrize("part", [*HAVENS, "redis"])
def test_every_pod_is_hardened(part: str) -> None:
    pod, only = pods()[part], container(part)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"memory"} <= only["resources"]["limits"].keys()


@pytest.mark.parametrize("part", HAVENS)
def test_every_container_of_compose_is_hardened(part: str) -> None:
    service = COMPOSE["services"][part]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_only_the_proxy_is_open_to_the_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert lines.index("USER 10001:10001") > max(n for n, line in enumerate(lines) if line.startswith("RUN"))
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line}
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


# Images, settings, secrets


def test_images_are_pinned_by_variables() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items()}
    assert [image for image in images.values() if not re.fullmatch(r"\$\{[A-Z_]+:[-?].+\}", image)] == []
    assert [image for image in images.values() if "latest" in image] == []
    stages = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert set(stages) == {"${PYTHON_IMAGE}"}
    pinned = documents(DEPLOY / "kubernetes" / "kustomization.yaml")[0]["images"]
    assert {container(part)["image"] for part in pods()} == {image["name"] for image in pinned}
    assert all(image["newTag"] != "latest" for image in pinned)


def _variables() -> Iterator[str]:
    for service in COMPOSE["services"].values():
        yield from service.get("environment", {})
    for each in of_kind("ConfigMap"):
        yield from each["data"]
    for part in pods():
        yield from (variable["name"] for variable in container(part).get("env", []))


def test_every_variable_is_a_setting_of_the_docs() -> None:
    assert set(_variables()) - SETTINGS - OTHERS == set()


def test_no_file_holds_a_secret() -> None:
    assert of_kind("Secret") == []
    for path in [path for path in DEPLOY.rglob("*") if path.is_file() and "secrets" not in path.parts]:
        text = path.read_text()
        assert not re.search(r"whsec_[A-Za-z0-9+/]{20}|://[^:/\s]+:[^%$…@\s]+@", text), path


def test_secrets_of_compose_are_files_that_the_script_makes() -> None:
    script = (DEPLOY / "make_secrets.sh").read_text()
    made = set(re.findall(r"keep ([a-z_]+)", script))
    given = {name: Path(secret["file"]) for name, secret in COMPOSE["secrets"].items()}
    assert given.keys() <= made
    assert {path.name for path in given.values()} == given.keys()
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text()
    used = {name for service in COMPOSE["services"].values() for name in service.get("secrets", [])}
    assert used == given.keys()


@pytest.mark.parametrize("part", HAVENS)
def test_whoever_reads_texts_gets_the_keys_for_them(part: str) -> None:
    service = COMPOSE["services"][part]
    assert service["environment"]["TEXT_KEYS_FILE"] == "/run/secrets/text_keys"
    assert "text_keys" in service["secrets"]


def test_the_keys_that_the_script_makes_are_sound(tmp_path: Path, settings: Settings) -> None:
    shutil.copy(DEPLOY / "make_secrets.sh", tmp_path)
    made = []
    for _ in range(2):  # what is there already stays
        subprocess.run(["sh", str(tmp_path / "make_secrets.sh")], check=True, capture_output=True, timeout=30)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})

    assert made[0] == made[1]
    settings.SECRET_KEY, settings.CONTACT_KEY = made[0]["secret_key"], made[0]["contact_key"]
    settings.TEXT_KEYS, settings.METRICS_TOKEN = [made[0]["text_keys"]], made[0]["metrics_token"]
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "https://chat.example.org/haven", made[0]["webhook_secret"]
    assert start_up_errors(web=False) == []
    assert opened(sealed("hello")) == "hello"


def test_only_migrations_have_the_owners_address() -> None:
    services = COMPOSE["services"].items()
    holding = {name for name, service in services if "database_owner_url" in service.get("secrets", [])}
    granted = {part for part in HAVENS if {"secretRef": {"name": "haven-owner"}} in container(part)["envFrom"]}
    assert holding == granted == {"migrate"}


# Health, disruption, network


def test_web_is_probed_by_a_name_that_it_takes() -> None:
    hosts = of_kind("ConfigMap")[0]["data"]["ALLOWED_HOSTS"].split()
    probes = {name: container("web")[name]["httpGet"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startupProbe": "/readyz",
        "readinessProbe": "/healthz",
        "livenessProbe": "/healthz",
    }
    assert {header["value"] for probe in probes.values() for header in probe["httpHeaders"]} <= set(hosts)


@pytest.mark.parametrize("part", [*WORKERS, "beat"])
def test_workers_and_beat_are_known_by_their_sign_of_life(part: str) -> None:
    only, service = container(part), COMPOSE["services"][part]
    (file,) = (variable["value"] for variable in only["env"] if variable["name"] == "ALIVE_FILE")
    assert file in only["livenessProbe"]["exec"]["command"][-1]
    assert service["environment"]["ALIVE_FILE"] in service["healthcheck"]["test"][-1]


@pytest.mark.parametrize("part", WORKERS)
def test_workers_get_time_to_end_what_they_are_at(part: str) -> None:
    assert pods()[part]["terminationGracePeriodSeconds"] >= 60
    assert COMPOSE["services"][part]["stop_grace_period"] == "60s"


def test_what_serves_survives_a_drained_node() -> None:
    kept = {each["spec"]["selector"]["matchLabels"]["part"] for each in of_kind("PodDisruptionBudget")}
    assert kept == {"web", *WORKERS}


def test_a_web_pod_leaves_the_balancer_first_and_then_has_time_to_answer() -> None:
    pod, only = pods()["web"], container("web")
    program, seconds = only["lifecycle"]["preStop"]["exec"]["command"]
    patience = only["command"][only["command"].index("--workers-kill-timeout") + 1]
    assert (program, int(seconds) >= only["readinessProbe"]["periodSeconds"]) == ("sleep", True)
    assert pod["terminationGracePeriodSeconds"] > int(seconds) + int(patience)
    (web,) = (each["spec"] for each in of_kind("Deployment") if each["metadata"]["name"] == "haven-web")
    assert web["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_what_grows_by_itself_is_not_cut_back_by_a_release() -> None:
    scaled = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in of_kind("HorizontalPodAutoscaler")}
    fixed = {each["metadata"]["name"] for each in of_kind("Deployment") if "replicas" in each["spec"]}
    assert not scaled.keys() & fixed
    assert all(each["minReplicas"] >= 2 for each in scaled.values())


def test_screening_grows_with_its_backlog() -> None:
    scaled = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in of_kind("HorizontalPodAutoscaler")}
    name = scaled["haven-screening"]["metrics"][0]["external"]["metric"]["name"]
    (rule,) = documents(DEPLOY / "prometheus" / "adapter.yaml")[0]["rules"]["external"]
    assert name == rule["name"]["as"] == rule["seriesQuery"] == "haven_screening_backlog"


def test_the_network_is_closed_but_for_what_is_named() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of_kind("NetworkPolicy")}
    assert policies["nothing-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    platform = policies["to-the-platform"]
    (speaking,) = platform["podSelector"]["matchExpressions"]
    assert set(speaking["values"]) == {"delivery", "background", "web"}
    assert {"10.0.0.0/8", "169.254.0.0/16"} <= set(platform["egress"][0]["to"][0]["ipBlock"]["except"])
    (servers,) = policies["to-the-servers"]["podSelector"]["matchExpressions"]
    assert set(servers["values"]) == set(HAVENS)


# What is watched

ALERTS = documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"][0]["rules"]
PANELS = json.loads((DEPLOY / "grafana" / "haven.json").read_text())["panels"]
SHOWN = [target["expr"] for panel in PANELS for target in panel["targets"]]
MEASURED = {*UP, *GAUGES, *meters.COUNTERS, *meters.MARKS} | {
    f"{name}{suffix}" for name in meters.HISTOGRAMS for suffix in ("_bucket", "_sum", "_count")
}


@pytest.mark.parametrize("expression", [*(alert["expr"] for alert in ALERTS), *SHOWN])
def test_only_what_is_measured_is_watched(expression: str) -> None:
    named = set(re.findall(r"\bhaven_[a-z_]+", expression))
    assert named <= MEASURED
    assert named or "up{" in expression
    assert expression.count("(") == expression.count(")")


def test_everything_measured_is_on_the_dashboard() -> None:
    shown = set(re.findall(r"\bhaven_[a-z_]+", " ".join(SHOWN)))
    assert {name for name in MEASURED if not name.endswith(("_sum", "_count"))} - shown == set()


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_the_runbook_says_what_to_do(alert: Any) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    titles = re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert alert["annotations"]["runbook"].partition("#")[2] in anchors
    assert f"`{alert['alert']}`" in runbook
    assert alert["labels"]["severity"] in {"page", "ticket"}


def test_every_alert_has_its_own_name() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(names) == len(set(names)) > 10
