"""E-mail addresses: what is refused, what is kept as written, and which spellings are one address."""

import pytest

from datasources.core.emails import EmailError, email_domain, email_spellings, parse_email


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Case.Four@Example.COM", "Case.Four@example.com"),
        (" a+b@mail.example ", "a+b@mail.example"),
        ("o'neill@x.example", "o'neill@x.example"),
        ('"x@secret.example"@example.com', '"x@secret.example"@example.com'),
        (r'"a \"b\" c"@example.com', r'"a \"b\" c"@example.com'),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("case4@MÜNCHEN.example", "case4@münchen.example"),
        ("case4@mu\u0308nchen.example", "case4@münchen.example"),
        ("case4@xn--mnchen-3ya.example", "case4@xn--mnchen-3ya.example"),
        ("a@b\u3002example", "a@b.example"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_accepted(text: str, address: str) -> None:
    assert parse_email(text) == address
    assert parse_email(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "@b.de",
        "a@",
        "a@b",
        "a@@b.de",
        "a@b@c.de",
        "a@b.de;c@d.de",
        "a@b.de, c@d.de",
        "a@b..c",
        "a@.b.de",
        "a@b.de.",
        ".a@b.de",
        "a.@b.de",
        "a..b@c.de",
        "a b@c.de",
        "a@b c.de",
        "a@-b.de",
        "a@b_c.de",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "Bo <a@b.de>",
        "mailto:a@b.de",
        "a@xn--zz.de",
        'a"b@c.de',
        '"a@b.de',
        "a\x00b@c.de",
        "a\u200bb@c.de",
        "a\nb@c.de",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 64}.example",
        f"a@{'.'.join(['b' * 60] * 5)}.example",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(EmailError):
        parse_email(text)


@pytest.mark.parametrize(
    ("address", "spellings"),
    [
        ("Bo@example.com", ("Bo@example.com",)),
        ("bo@münchen.example", ("bo@münchen.example", "bo@xn--mnchen-3ya.example")),
        ("bo@xn--mnchen-3ya.example", ("bo@xn--mnchen-3ya.example", "bo@münchen.example")),
    ],
)
def test_spellings_of_one_address(address: str, spellings: tuple[str, ...]) -> None:
    assert email_spellings(address) == spellings


def test_the_domain_of_a_quoted_local_part_is_the_domain_alone() -> None:
    assert email_domain('"x@secret.example"@example.com') == "example.com"
