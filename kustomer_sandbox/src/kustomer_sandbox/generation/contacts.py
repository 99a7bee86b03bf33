"""Contact details, which customers and companies have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.document import Document, maybe, present, shrinking, sparse

if TYPE_CHECKING:
    from kustomer_sandbox.dice import Dice
    from kustomer_sandbox.row import Row


# Which of eleven people has no e-mail address.
_SILENT = 5


def contacts(row: Row, dice: Dice, changing: Dice, name: str) -> Document:
    """Contact details; few people have no e-mail address."""
    phones = [f"+1555{dice.below(10**7):07d}" for _ in range(2)]
    if dice.one_in(10):
        # The same number twice: values are no keys.
        phones[1] = phones[0]
    emails = [
        {
            "email": f"{name}{n or ''}@example.com",
            "type": ("home", "work", "other")[n % 3],
            "verified": n == 0,
            "externalVerified": False,
            **item_id(dice),
        }
        for n in range(0 if row.number % 11 == _SILENT else 1 + dice.below(3))
    ]
    socials = [
        {
            "type": kind,
            "userid": f"{dice.below(10**9)}",
            "username": name,
            "url": f"https://{kind}.example/{name}",
            "verified": False,
            **item_id(dice),
        }
        for kind in ("twitter", "facebook", "linkedin")
    ]
    return {
        "emails": sparse(changing, shrinking(row, changing, emails)),
        "phones": a_few(row, dice, changing, [_phone(dice, phone) for phone in phones]),
        "whatsapps": a_few(
            row,
            dice,
            changing,
            [
                {"phone": f"whatsapp:{phone}", "type": "mobile", "verified": True}
                for phone in phones
            ],
        ),
        "socials": a_few(row, dice, changing, socials),
        "urls": a_few(
            row,
            dice,
            changing,
            [
                {"url": f"https://{name}.example.com", "type": "website", **item_id(dice)},
                {"url": f"https://blog.example.com/{name}", "type": "blog", **item_id(dice)},
            ],
        ),
        "locations": a_few(row, dice, changing, [location(dice), location(dice)]),
    }


def _phone(dice: Dice, phone: str) -> Document:
    return {
        "phone": phone,
        "type": dice.pick(("mobile", "home", "work", "fax", "other")),
        "verified": dice.one_in(2),
        **item_id(dice),
    }


def item_id(dice: Dice) -> Document:
    """Id of a list's item: mostly null, sometimes present or left out."""
    return dice.pick(({"id": None}, {"id": None}, {}, {"id": f"{dice.below(1 << 48):024x}"}))


def a_few(row: Row, dice: Dice, changing: Dice, items: list[Any]) -> Any:
    """The first few items, perhaps none; all of them in the first row."""
    some = shrinking(row, changing, items[: dice.below(len(items) + 1)])
    return sparse(changing, some if row.number else items)


def location(dice: Dice) -> Document:
    """An address, with null for some of its lines."""
    city, country, code, region, region_code, zip_code, latitude, longitude = dice.pick(
        words.CITIES
    )
    return present(
        {
            "type": dice.pick(("home", "work", "other")),
            "name": maybe(dice, "Main"),
            "address": maybe(dice, f"{dice.between(1, 99)} High Street"),
            "address2": maybe(dice, "2nd floor"),
            "address3": maybe(dice, "c/o Reception"),
            "latitude": latitude,
            "longitude": longitude,
            "countryCode": code,
            "countryName": country,
            "regionCode": region_code,
            "regionName": region,
            "cityName": city,
            "zipCode": zip_code,
            "areaCode": maybe(dice, "030"),
            "id": None,
        }
    )
