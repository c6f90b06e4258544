"""The files of deploy/ are valid, and name only settings, metrics and files that exist."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

import yaml

from mjbot.ops import Metrics
from mjbot.settings import Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def steps() -> list[tuple[str, str]]:
    """The instructions of the Containerfile."""
    text = re.sub(r"(?m)^#.*\n", "", CONTAINERFILE).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line.strip()]


def test_the_container_is_unprivileged_has_a_health_check_and_copies_what_exists() -> None:
    last = steps()[max(n for n, (word, _) in enumerate(steps()) if word == "FROM") :]
    words = [word for word, _ in last]
    assert dict(last)["USER"] not in ("root", "0")
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "/healthz" in dict(last)["HEALTHCHECK"]
    for word, rest in steps():
        assert re.fullmatch("[A-Z]+", word)
        if word == "COPY" and not rest.startswith("--from"):
            assert all((DEPLOY.parent / name).exists() for name in rest.split()[:-1])
    installs = [rest for word, rest in steps() if word == "RUN" and "--requirement" in rest]
    assert installs
    assert all(rest.count("--requirement") == rest.count("--require-hashes") for rest in installs)


def test_the_deploy_files_name_only_existing_settings() -> None:
    texts = [CONTAINERFILE, *(each.read_text("utf-8") for each in DEPLOY.glob("*.[sy]*"))]
    named = {name.lower() for text in texts for name in re.findall(r"MJBOT_([A-Z_]+)", text)}
    assert named
    assert named <= set(Settings.model_fields)


def test_the_compose_file_has_a_read_only_root_and_one_volume() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    service = compose["services"]["mjbot"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert {each.split(":")[0] for each in service["volumes"]} == set(compose["volumes"])
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert all(each.startswith("127.0.0.1:") for each in service["ports"])


def test_unit_and_compose_file_have_the_same_limits() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["mjbot"]
    limits = service["mem_limit"].upper(), service["pids_limit"], service["ulimits"]["nofile"]
    lines = (DEPLOY / "mjbot.service").read_text(encoding="utf-8").splitlines()
    unit = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert (unit["MemoryMax"], int(unit["TasksMax"]), int(unit["LimitNOFILE"])) == limits
    assert unit["SystemCallFilter"] == "@system-service"
    assert unit["UMask"] == "0077"
    assert int(service["stop_grace_period"].removesuffix("s")) == int(unit["TimeoutStopSec"])


def test_the_unit_waits_for_the_shutdown_and_does_not_restart_a_wrong_configuration() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign, assignment]
    unit.read(DEPLOY / "mjbot.service", encoding="utf-8")
    assert set(unit.sections()) == {"Unit", "Service", "Install"}
    service = unit["Service"]
    assert service["ExecStart"].endswith("mjbot run")
    assert service["RestartPreventExitStatus"] == "78"
    assert int(service["TimeoutStopSec"]) > 10


def test_the_unit_restarts_with_growing_pauses_and_within_discord_s_logins_of_a_day() -> None:
    lines = (DEPLOY / "mjbot.service").read_text(encoding="utf-8").splitlines()
    unit = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    first, longest = int(unit["RestartSec"]), int(unit["RestartMaxDelaySec"])
    assert int(unit["RestartSteps"]) > 1
    assert longest >= 10 * first
    assert 86_400 / longest < 1_000


def test_the_dashboard_queries_only_metrics_that_the_bot_exports() -> None:
    dashboard = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    metrics = Metrics()
    for name in ("mjbot_live_tasks", "mjbot_edit_queue_length"):  # registered by the composition root
        metrics.gauge(name, "", lambda: 0)
    exported = set(re.findall(r"(?m)^# TYPE (\w+)", metrics.text().decode()))
    queried = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"mjbot_\w+", target["expr"])
    }
    assert queried
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in queried} <= exported
