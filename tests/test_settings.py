"""Settings as an operator meets them: through the command line, in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from mjbot.env_file import unreadable_lines
from mjbot.settings import Settings, problem_lines

EXAMPLE = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")
REQUIRED = {
    "MJBOT_DISCORD_TOKEN": "token-canary",
    "MJBOT_UPSTREAM_URL": "http://127.0.0.1:9",
    "MJBOT_UPSTREAM_KEY": "key-canary",
}
RENAMED = {
    "MJBOT_USER_ASKS": "MJBOT_USER_COMMANDS_PER_MINUTE",
    "MJBOT_USER_PRESSES": "MJBOT_USER_PRESSES_PER_10_MIN",
    "MJBOT_GUILD_PRESSES": "MJBOT_GUILD_PRESSES_PER_HOUR",
}


def mjbot(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "mjbot", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **measured, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_env_prints_the_example_settings(tmp_path: Path) -> None:
    result = mjbot(tmp_path, "env")
    assert (result.returncode, result.stdout) == (0, EXAMPLE)


@pytest.mark.parametrize("command", ["run", "health"])
def test_an_old_name_of_a_setting_is_answered_with_its_new_one(tmp_path: Path, command: str) -> None:
    result = mjbot(tmp_path, command, **REQUIRED, **dict.fromkeys(RENAMED, "5"))
    assert result.returncode == 78
    lines = [f"{old} is now {new}." for old, new in RENAMED.items()]
    assert sorted(result.stderr.splitlines()) == sorted(lines)


def test_an_old_name_in_the_env_file_is_a_failed_check(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MJBOT_USER_ASKS=5\n", encoding="utf-8")
    result = mjbot(tmp_path, "check", **REQUIRED)
    assert result.returncode == 1
    assert result.stdout == "NO  settings  MJBOT_USER_ASKS is now MJBOT_USER_COMMANDS_PER_MINUTE.\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('MJBOT_DISCORD_TOKEN="secret\nMJBOT_BATCH_SIZE=5\n', [1]),
        ("# a comment\n\n\nMJBOT_UPSTREAM_KEY='secret\n", [4]),
        ('A=1\nMJBOT_UPSTREAM_KEY="secret\nMJBOT_UPSTREAM_URL="http://127.0.0.1:9"\n', [2]),
        ("MJBOT_UPSTREAM_KEY: secret\r\nexport MJBOT_DISCORD_TOKEN secret", [1, 2]),
        ('MJBOT_UPSTREAM_KEY="secret"secret', [1]),
        ("=secret\n", [1]),
        ("A=1\n# it's a comment\nB=it's\nC=\n", []),
    ],
)
def test_a_line_of_the_env_file_that_cannot_be_read_is_named(
    text: str, lines: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_bytes(text.encode())
    told = unreadable_lines()
    assert [line.split()[1] for line in told] == [str(line) for line in lines]
    assert "secret" not in "".join(told)


def test_an_unclosed_quote_in_the_env_file_is_a_failed_check_and_a_refused_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('MJBOT_DISCORD_TOKEN="token-canary\n', encoding="utf-8")
    sentence = "Line 1 of .env cannot be read: it must be NAME=value, and each quote must be closed.\n"
    checked, started = mjbot(tmp_path, "check"), mjbot(tmp_path, "run")
    assert (checked.returncode, checked.stdout) == (1, f"NO  settings  {sentence}")
    assert (started.returncode, started.stderr) == (78, sentence)


def test_a_failed_check_points_to_the_example_in_a_line_that_is_no_check(
    tmp_path: Path,
) -> None:
    result = mjbot(tmp_path, "check", **{**REQUIRED, "MJBOT_POLL_MIN": "0"})
    *checks, hint = result.stdout.splitlines()
    assert [line.split()[:2] for line in checks] == [["NO", "settings"]]
    assert hint == ".env.example, which `mjbot env` prints, explains every setting."

    report = json.loads(mjbot(tmp_path, "check", "--json", **{**REQUIRED, "MJBOT_POLL_MIN": "0"}).stdout)
    assert [check["text"].partition(":")[0] for check in report["checks"]] == ["MJBOT_POLL_MIN"]


ADDRESSES = ("MJBOT_UPSTREAM_URL", "MJBOT_DISCORD_API_URL", "MJBOT_PUBLIC_URL")
LISTEN = {"MJBOT_HTTP_LISTEN": "127.0.0.1:0"}  # which MJBOT_PUBLIC_URL needs


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://relay.example:99999", "its port must be a number from 1 to 65535"),
        ("https://relay.example:0", "its port must be a number from 1 to 65535"),
        ("https://relay.example:-1", "its port must be a number from 1 to 65535"),
        ("https://relay.example:80a/mj", "its port must be a number from 1 to 65535"),
        ("https://[::1]:70000/mj", "its port must be a number from 1 to 65535"),
        ("https://relay example/mj", "must not hold spaces or line breaks"),
        ("https://relay.example/mj fast", "must not hold spaces or line breaks"),
        ("https://relay.example/\tmj", "must not hold spaces or line breaks"),
        ("https://relay.example/\u3000mj", "must not hold spaces or line breaks"),
        ("https://-relay.example", '"-relay.example" is not the name of a host'),
        ("https://relay..example", '"relay..example" is not the name of a host'),
        ("https://relay,example", '"relay,example" is not the name of a host'),
        ("https://relay.example\\mj", "is not the name of a host"),
        ("https://[::1", "must be an address that begins with https://"),
        ("https://[::zz]/mj", "must be an address that begins with https://"),
        ("https://ann:secret@relay.example", "must be a plain address, without ? or # or @"),
        ("https://@relay.example", "must be a plain address, without ? or # or @"),
        ("https://relay.example/mj?", "must be a plain address, without ? or # or @"),
        ("https://relay.example/mj#", "must be a plain address, without ? or # or @"),
        ("relay.example:8080", "must be an address that begins with https://"),
        ("https:/relay.example", "must be an address that begins with https://"),
        ("https://:8080", "must be an address that begins with https://"),
        ("https：//relay.example", "must be an address that begins with https://"),
        ("ftp://relay.example", "must be an address that begins with https://"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_with_the_reason(
    name: str, address: str, words: str
) -> None:
    (problem,) = problems(**{name: address})
    assert problem.startswith(f"{name}: ")
    assert words in problem
    assert "secret" not in problem


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "address",
    [
        *("https://relay.example", "http://relay.example:65535/mj-fast/mj/", "http://my_service:8080"),
        *("http://127.0.0.1:1", "http://[::1]:8080/mj", "https://画.example/mj", "HTTPS://Relay.Example."),
        " https://relay.example/mj\n",
    ],
)
def test_a_well_formed_address_is_accepted(name: str, address: str) -> None:
    assert problems(**{name: address}) == []


@pytest.mark.parametrize(
    "listen",
    [
        *(
            "8080",
            ":8080",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:99999",
            "127.0.0.1:-1",
            "127.0.0.1:８０８０",
        ),
        *(
            "http://127.0.0.1:8080",
            "127.0.0.1:8080/",
            "*:8080",
            "::1:8080",
            "my host:8080",
            "127.0.0.1 :8080",
        ),
        *(
            "127.0.0.1:８０８０",
            "[127.0.0.1]:8080",
            "[127.0.0.1:8080",
            "a@127.0.0.1:8080",
            "[]:8080",
            "127.0.0.1:80_80",
            "127.0.0.1:65536",
        ),
    ],
)
def test_a_place_to_listen_that_cannot_be_one_is_refused_with_an_example(listen: str) -> None:
    assert problems(MJBOT_HTTP_LISTEN=listen) == [
        "MJBOT_HTTP_LISTEN: must be an address and a port (example: 127.0.0.1:8080)"
    ]


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "0.0.0.0:65535", "[::]:8080", "localhost:8080", "", " "])
def test_a_place_to_listen_is_accepted(listen: str) -> None:
    assert problems(MJBOT_HTTP_LISTEN=listen) == []


_TOKEN, _KEY = "MJBOT_DISCORD_TOKEN", "MJBOT_UPSTREAM_KEY"
_EXAMPLES = {_TOKEN: "(example: AbCd.EfGh.IjKl)", _KEY: "(example: sk-AbCdEfGh)"}


@pytest.mark.parametrize("auth", ["bearer", "mj-api-secret"])
@pytest.mark.parametrize("name", [_TOKEN, _KEY])
@pytest.mark.parametrize(
    ("secret", "front"),
    [
        ("Bearer sk-canary", "Bearer"),
        ("bearer  sk-canary\n", "bearer"),
        ("BEARER sk-canary", "BEARER"),
        ("Bot canary.canary.canary", "Bot"),
        (" bot canary.canary.canary", "bot"),
        ("Authorization: Bearer sk-canary", "Authorization: Bearer"),
        ("Authorization: Bot canary", "Authorization: Bot"),
        ("authorization:sk-canary", "authorization:"),
        ("mj-api-secret: canary", "mj-api-secret:"),
    ],
)
def test_what_is_sent_in_front_of_a_secret_is_no_part_of_it(
    name: str, secret: str, front: str, auth: str
) -> None:
    assert problems(**{name: secret, "MJBOT_UPSTREAM_AUTH": auth}) == [
        f'{name}: must be only the key, without "{front}" in front {_EXAMPLES[name]}'
    ]


@pytest.mark.parametrize("auth", ["bearer", "raw", "mj-api-secret"])
@pytest.mark.parametrize("name", [_TOKEN, _KEY])
@pytest.mark.parametrize(
    "secret", ['"sk-canary"', "'sk-canary'", ' "Bearer sk-canary"\n', "“sk-canary”", '""']
)
def test_quotes_around_a_secret_are_refused(name: str, secret: str, auth: str) -> None:
    assert problems(**{name: secret, "MJBOT_UPSTREAM_AUTH": auth}) == [
        f"{name}: must be without quotes around it {_EXAMPLES[name]}"
    ]


@pytest.mark.parametrize("secret", ["Bearer sk-canary", "Bot canary", "Basic canary", "Token: canary"])
def test_a_raw_key_may_have_any_scheme_in_front(secret: str) -> None:
    assert problems(MJBOT_UPSTREAM_KEY=secret, MJBOT_UPSTREAM_AUTH="raw") == []


@pytest.mark.parametrize("secret", ["bearer-canary", "botcanary", "Bearer", "it's", 'canary"', "'"])
def test_a_secret_that_only_looks_like_a_scheme_or_a_quote_is_accepted(secret: str) -> None:
    assert problems(MJBOT_UPSTREAM_KEY=secret, MJBOT_DISCORD_TOKEN=secret) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " ", "\t\n\n"])
def test_a_line_break_after_a_secret_is_not_sent(end: str) -> None:
    settings = Settings(
        discord_token=f"token-canary{end}",
        upstream_url="http://127.0.0.1:9",
        upstream_key=f"key-canary{end}",
        _env_file=None,
    )
    assert settings.discord_token.get_secret_value() == "token-canary"
    assert settings.upstream_key.get_secret_value() == "key-canary"


@pytest.mark.parametrize("name", [_TOKEN, _KEY])
@pytest.mark.parametrize("secret", ["sk-\ncanary", "sk-canary\u200b", " \n", "sk\u2013canary"])
def test_a_secret_that_no_header_can_carry_is_to_be_copied_again(name: str, secret: str) -> None:
    assert problems(**{name: secret}) == [
        f"{name}: holds characters that no key has; copy it again {_EXAMPLES[name]}"
    ]


def problems(**changes: str) -> list[str]:
    """What is said of the required settings with these changes."""
    found = {**REQUIRED, **LISTEN, **changes}
    values = {name.removeprefix("MJBOT_").lower(): value for name, value in found.items()}
    try:
        Settings(**values, _env_file=None)  # type: ignore[arg-type]
    except ValidationError as error:
        return problem_lines(error)
    return []


_NO_ADDRESS = "must be an address that begins with http:// or https:// (SOCKS is not possible)"
_NO_PORT = "must be a host and a port"
PROXIES = {
    "127.0.0.1:7890": _NO_ADDRESS,
    "socks5://127.0.0.1:1080": _NO_ADDRESS,
    "http://": _NO_ADDRESS,
    "http://[::1": _NO_ADDRESS,
    "http://ann:canary@": _NO_ADDRESS,
    "http://127.0.0.1:99999": _NO_PORT,
    "http://ann:canary@127.0.0.1:0": _NO_PORT,
    "http://127.0.0.1:7890/path": _NO_PORT,
    "http://127.0.0.1:7890?x=1": _NO_PORT,
}


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(proxy: str) -> None:
    assert problems(MJBOT_DISCORD_PROXY=proxy) == [
        f"MJBOT_DISCORD_PROXY: {PROXIES[proxy]} (example: http://127.0.0.1:7890)"
    ]
