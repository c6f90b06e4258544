"""Tables of IP addresses and image URLs: which are public, and how they are rewritten."""

from __future__ import annotations

import pytest

from mjbot.core.model.addresses import is_public_address, looks_public, percent_encoded, rebase


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # cloud metadata services
        ("100.64.0.1", False),  # a provider's own network (CGNAT)
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("192.0.2.1", False),
        ("0.255.255.255", False),
        ("1.0.0.0", True),
        ("9.255.255.255", True),
        ("11.0.0.0", True),
        ("100.63.255.255", True),
        ("100.127.255.255", False),
        ("100.128.0.0", True),
        ("126.255.255.255", True),
        ("128.0.0.0", True),
        ("172.15.255.255", True),
        ("172.31.255.255", False),
        ("172.32.0.0", True),
        ("192.0.0.9", False),
        ("192.0.1.0", True),
        ("192.88.99.1", False),  # 6to4 relays
        ("192.175.48.1", True),
        ("198.17.255.255", True),
        ("198.19.255.255", False),
        ("198.51.100.1", False),
        ("203.0.113.1", False),
        ("223.255.255.255", True),
        ("239.255.255.255", False),
        ("2606:4700:4700::1111", True),
        ("::1", False),
        ("::", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::127.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),  # how an IPv6-only network reaches it
        ("64:ff9b:1::8.8.8.8", False),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
        ("2002:808:808::", False),  # 6to4 is obsolete
        ("2001::1", False),
        ("2001:1::1", False),
        ("2001:10::1", False),
        ("2001:20::1", False),
        ("2001:1ff:ffff::", False),
        ("2001:200::", True),
        ("2001:db8::1", False),
        ("2001:db9::1", True),
        ("2003::1", True),
        ("2620:4f:8000::1", True),
        ("3fff::1", False),  # documentation, since 2024
        ("3fff:1000::1", True),
        ("1fff:ffff::", False),
        ("4000::", False),
        ("5f00::1", False),
        ("100::1", False),
        ("::ffff:0:8.8.8.8", False),
        ("::ffff:100.64.0.1", False),
        ("64:ff9b::192.88.99.1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2130706433", False),
        ("0177.0.0.1", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_an_address_is_public_only_if_every_embedded_one_is(address: str, public: bool) -> None:
    assert is_public_address(address) is public


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://cdn.discordapp.com/a.png?ex=1&", True),
        ("http://8.8.8.8:8080/a.png", True),
        ("https://[2606:4700::1]/a.png", True),
        ("http://localhost/a.png", False),
        ("http://LOCALHOST./a.png", False),
        ("http://a.localhost/a.png", False),
        ("http://nas.local/a.png", False),
        ("http://proxy/a.png", False),
        ("http://127.0.0.1./a.png", False),
        ("http://2130706433/a.png", False),
        ("http://127.1/a.png", False),
        ("http://0177.0.0.1/a.png", False),
        ("http://0x7f.0.0.1/a.png", False),
        ("http://127.0.0.0x1/a.png", False),
        ("http://[::ffff:127.0.0.1]/a.png", False),
        ("http://[x/a.png", False),
        ("ftp://example.com/a.png", False),
        ("//example.com/a.png", False),
        ("a.png", False),
        ("", False),
    ],
)
def test_a_link_is_shown_only_if_discord_can_reach_it(url: str, public: bool) -> None:
    assert looks_public(url) is public


RELAY = "https://gw.example.com:8443/api/mj-fast/mj"
INNER = "http://10.0.0.5:8080/mj"


@pytest.mark.parametrize(
    ("url", "base", "rebased"),
    [
        ("http://localhost:8080/mj/image/17?rand=1&", RELAY, f"{RELAY}/image/17?rand=1&"),
        ("http://localhost/mj-relax/mj/image/17", RELAY, f"{RELAY}/image/17"),
        ("HTTP://LocalHost/mj/image/17?sig=aB%2f%zz", RELAY, f"{RELAY}/image/17?sig=aB%2f%zz"),
        ("http://127.0.0.1:3000/mj/image/17?a=http://x/mj/image/2", RELAY, None),
        ("http://192.168.1.9/mj/image/17", RELAY, f"{RELAY}/image/17"),
        ("http://[::1]:80/mj/image/17", RELAY, f"{RELAY}/image/17"),
        ("http://2130706433/mj/image/17", RELAY, f"{RELAY}/image/17"),
        ("http://midjourney-proxy:8080/mj/image/17", INNER, f"{INNER}/image/17"),
        ("http://10.0.0.5:9999/mj/image/17", INNER, f"{INNER}/image/17"),
        # these stay unchanged
        ("http://10.0.0.5:8080/mj-fast/mj/image/17", INNER, "same"),
        ("https://cdn.example.com/mj/image/17", RELAY, "same"),
        ("http://localhost/mj/task/17", RELAY, "same"),
        ("http://localhost/mj/image/", RELAY, "same"),
        ("http://localhost/x/mj/image/17", RELAY, "same"),
        ("http://localhost/?/mj/image/17", RELAY, "same"),
        ("ftp://localhost/mj/image/17", RELAY, "same"),
        ("http://[x/mj/image/17", RELAY, f"{RELAY}/image/17"),
        ("http://localhost/mj/image/17", "", "same"),
        ("", RELAY, "same"),
    ],
)
def test_an_image_url_with_a_private_host_is_rebased_to_the_service(
    url: str, base: str, rebased: str | None
) -> None:
    expected = {"same": url, None: f"{RELAY}/image/17?a=http://x/mj/image/2"}.get(rebased, rebased)
    assert rebase(url, base) == expected


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://h/a.png?ex=1&is=2&hm=3&", "same"),
        ("https://h/%e4%bd%a0/%2F?a=%zz&b=+|^{}'\"", "same"),
        ("https://h?", "same"),
        ("https://h/猫 1.png", "https://h/%E7%8C%AB%201.png"),
        ("https://h/a\r\nHost: x", "https://h/a%0D%0AHost:%20x"),
        (" https://h/a ", "https://h/a"),
    ],
)
def test_only_what_a_request_cannot_carry_is_percent_encoded(url: str, sent: str) -> None:
    assert percent_encoded(url) == (url if sent == "same" else sent)


@pytest.mark.parametrize("url", ["", "data:image/png;base64,AA", "file:///etc/passwd", "https://h/\ud83d"])
def test_anything_but_a_web_url_is_rejected(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        percent_encoded(url)
