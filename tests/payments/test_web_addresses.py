"""Where customers may be sent to."""

import pytest

from payments.web_addresses import read_address


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example.com",
        "https://shop.example.com/done?order=7#end",
        "https://shop.example.com:443/@shop/(done);a=1,2?x=[1]",
        "https://xn--bcher-kva.example:8443/%E1%88%B0",
        "https://203.0.113.7/done",
        "http://localhost:3000/done",
        "http://shop.localhost/done",
        "http://127.0.0.1:8000/done",
        "http://[::1]:8000/done",
        "http://192.168.1.20:5000/done",
    ],
)
def test_addresses_that_are_safe_to_follow(address: str) -> None:
    assert read_address(address).geturl() == address


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://user:pass@shop.example.com/", "user and password"),
        ("https://shop.example.com@evil.example/", "user and password"),
        ("https://@shop.example.com/", "user and password"),
        ("https://shop.example.com:22/", "port"),
        ("https://shop.example.com:0/", "port"),
        ("https://shop.example.com:99999/", "whole address"),
        ("https://shop.example.com:abc/", "whole address"),
        ("http://127.0.0.1:0/", "port"),
        ("http://shop.example.com/", "https://"),
        ("http://8.8.4.4/", "https://"),
        ("ftp://shop.example.com/", "whole address"),
        ("javascript:alert(1)", "whole address"),
        ("//shop.example.com/", "whole address"),
        ("/done", "whole address"),
        ("https:///done", "whole address"),
        ("https://shop/", "whole address"),
        ("https://2130706433/", "whole address"),
        ("https://127.1/", "whole address"),
        ("https://shop..example.com/", "whole address"),
        ("https://-shop.example.com/", "whole address"),
        ("https://[::1/", "whole address"),
        ("https://shop.example.com\\@evil.example/", "percent-encoded"),
        ("https://shop.example.com/a b", "percent-encoded"),
        ("https://shop.example.com/\r\nX: y", "percent-encoded"),
        ("https://shop.example.com/\0", "percent-encoded"),
        ("https://shop.example.com/\ud800", "percent-encoded"),
        ("https://bücher.example/", "punycode"),
        ("https://shop。example.com/", "punycode"),
        ("https://shop.example.com/" + "a" * 500, "at most 500"),
    ],
)
def test_addresses_that_are_not(address: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_address(address)
