"""Words of a shop's help desk, awkward ones included."""

from __future__ import annotations

FIRST_NAMES = (
    "Ada", "Björn", "Chloé", "Dana", "Émile", "Farah", "Grace", "Håkon", "Inês",
    "José", "Kenji", "Łukasz", "Mei", "Noor", "Olga", "Priya", "Quinn", "Rosa",
    "Søren", "Tariq", "Uma", "Vera", "Wei", "Ximena", "Yusuf", "Zoë", "美咲", "Юлия",
)  # fmt: skip
LAST_NAMES = (
    "Example", "Sample", "Müller", "O'Neill", "García", "Nguyễn", "Ødegård", "Smith",
    "van der Berg", "Kowalska", "Tanaka", "Haddad", "Silva", "Novák", "李",
    'Quote"d', "Back\\slash", "Comma, Jr.",
)  # fmt: skip
COMPANY_NAMES = (
    "Acme", "Globex", "Initech", "Umbrella & Sons", "Café Zürich", "Hooli", "北京贸易",
    "Stark Supplies", "Wayne Office", "Soylent Foods", "Wonka Sweets", "Tyrell",
)  # fmt: skip
SUBJECTS = (
    "Where is my order?", "Wrong size delivered", "Refund please 🙏", "Invoice missing",
    "Can I change the address?", "Broken on arrival 📦", "Rückgabe meiner Bestellung",
    "注文について", "Gift card does not work", "Loyalty points lost", "Thank you! 🎉",
    "Newsletter: unsubscribe me", "Discount code expired", "",
)  # fmt: skip
SENTENCES = (
    "Hello, I ordered three weeks ago and nothing came.",
    "Thanks for writing to us, we are looking into it.",
    "Could you send me the order number, please?",
    "Die Lieferung ist leider beschädigt angekommen.",
    "It works now 👍🏽 thank you so much!",
    'The page says "out of stock", but I was charged.\nPlease check.',
    "We refunded €64.67 to your card today.",
    "\tTabs and\nnew lines, a comma, and a \\ backslash.",
    "Merci beaucoup, à bientôt 👋",
    "ありがとうございます。",
)
CITIES = (
    ("Berlin", "Germany", "DE", "Berlin", "BE", "10115", 52.52, 13.405),
    ("Austin", "United States", "US", "Texas", "TX", "73301", 30.2672, -97.7431),
    ("São Paulo", "Brazil", "BR", "São Paulo", "SP", "01000-000", -23.5505, -46.6333),
    ("Kyoto", "Japan", "JP", "Kyoto", "26", "600-8001", 35.0116, 135.7681),
    ("Zürich", "Switzerland", "CH", "Zürich", "ZH", "8001", 47.3769, 8.5417),
)
LANGUAGES = ("en_us", "de", "fr", "ja", "pt_br", "zh_cn")
LOCALES = ("en_US", "de_DE", "fr_FR", "ja_JP", "pt_BR")
TIME_ZONES = ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo")
COLOURS = ("yellow", "green", "teal", "purple", "red")
ICONS = ("flower", "rabbit", "boat", "truck-delivery", "team")
CHANNELS = (
    "email", "email", "email", "chat", "chat", "sms", "whatsapp", "facebook",
    "instagram", "voice", "form", "twitter-dm",
)  # fmt: skip
APPS = {
    "email": "postmark",
    "chat": "chat",
    "sms": "twilio",
    "whatsapp": "twilio",
    "facebook": "facebook",
    "instagram": "instagram",
    "voice": "voice",
    "form": "form",
    "twitter-dm": "twitter",
}
