"""What the rules say, in the reader's language: a sentence and a fix for each rule by its name."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

#: kind of fix -> what to do
_FIXES = {
    "right": QT_TRANSLATE_NOOP("AdRules", "Use what the product text says, or leave it out."),
    "offer": QT_TRANSLATE_NOOP("AdRules", "Remove it, or enter the offer when ads are written."),
    "add": QT_TRANSLATE_NOOP(
        "AdRules", "Leave it out, or add it to the product text if it is true."
    ),
    "shorten": QT_TRANSLATE_NOOP("AdRules", "Shorten it."),
    "write": QT_TRANSLATE_NOOP("AdRules", "Write the missing words."),
    "out": QT_TRANSLATE_NOOP("AdRules", "Leave it out."),
    "else": QT_TRANSLATE_NOOP("AdRules", "Say something else of the product."),
    "permit": QT_TRANSLATE_NOOP("AdRules", "Make sure that the shop has the permit."),
    "remove": QT_TRANSLATE_NOOP("AdRules", "Remove it."),
    "product": QT_TRANSLATE_NOOP("AdRules", "Speak of the product, not of the reader."),
    "type": QT_TRANSLATE_NOOP("AdRules", "Type the words again in plain letters."),
    "one": QT_TRANSLATE_NOOP("AdRules", "Keep one."),
    "end": QT_TRANSLATE_NOOP("AdRules", "End it with a full stop."),
    "show": QT_TRANSLATE_NOOP("AdRules", "Show it with its label."),
    "fact": QT_TRANSLATE_NOOP("AdRules", "Say what the product is or does instead, with a fact."),
}
#: name of a rule -> what is wrong, and the kind of fix
_RULES = {
    "price": (QT_TRANSLATE_NOOP("AdRules", "It is not the product's price."), "right"),
    "unit-price": (
        QT_TRANSLATE_NOOP("AdRules", "The product text gives no price by this unit."),
        "right",
    ),
    "discount": (QT_TRANSLATE_NOOP("AdRules", "The shop has not entered this discount."), "offer"),
    "amount": (
        QT_TRANSLATE_NOOP("AdRules", "The product text does not give this figure."),
        "right",
    ),
    "number": (
        QT_TRANSLATE_NOOP("AdRules", "The product text does not give this number in this sense."),
        "right",
    ),
    "trait": (
        QT_TRANSLATE_NOOP("AdRules", "The product text does not say this of the product."),
        "add",
    ),
    "brand": (
        QT_TRANSLATE_NOOP("AdRules", "A brand that the product text does not name."),
        "right",
    ),
    "origin": (QT_TRANSLATE_NOOP("AdRules", "A place that the product text does not name."), "add"),
    "name": (QT_TRANSLATE_NOOP("AdRules", "This name is not in the product text."), "add"),
    "length": (QT_TRANSLATE_NOOP("AdRules", "Too long for the placement."), "shorten"),
    "empty": (QT_TRANSLATE_NOOP("AdRules", "A part has no words."), "write"),
    "no-body": (QT_TRANSLATE_NOOP("AdRules", "This placement has no such part."), "out"),
    "copy": (
        QT_TRANSLATE_NOOP("AdRules", "This ad exists already for this product and audience."),
        "else",
    ),
    "near-copy": (QT_TRANSLATE_NOOP("AdRules", "Nearly the same as an earlier ad."), "else"),
    "close-copy": (
        QT_TRANSLATE_NOOP("AdRules", "Only a word or two differ from an earlier ad."),
        "else",
    ),
    "restricted": (
        QT_TRANSLATE_NOOP("AdRules", "Ads for such goods are restricted: a permit may be needed."),
        "permit",
    ),
    "prohibited": (QT_TRANSLATE_NOOP("AdRules", "Such goods must not be advertised."), "remove"),
    "never": (QT_TRANSLATE_NOOP("AdRules", "Ads for such goods must not speak of this."), "remove"),
    "contact": (QT_TRANSLATE_NOOP("AdRules", "Ads carry no personal or contact data."), "remove"),
    "called": (QT_TRANSLATE_NOOP("AdRules", "The ad addresses somebody by name."), "remove"),
    "guess": (
        QT_TRANSLATE_NOOP("AdRules", "The ad guesses something sensitive about its reader."),
        "product",
    ),
    "watched": (
        QT_TRANSLATE_NOOP("AdRules", "The ad says what it knows or guesses of the reader."),
        "product",
    ),
    "hidden": (QT_TRANSLATE_NOOP("AdRules", "Hidden characters."), "type"),
    "picture": (QT_TRANSLATE_NOOP("AdRules", "Emoji and pictures are not allowed."), "remove"),
    "odd-letters": (
        QT_TRANSLATE_NOOP("AdRules", "Letters of another script, or letters in disguise."),
        "type",
    ),
    "repeated-mark": (QT_TRANSLATE_NOOP("AdRules", "Repeated punctuation."), "one"),
    "exclamations": (QT_TRANSLATE_NOOP("AdRules", "More than one exclamation mark."), "one"),
    "exclamation": (QT_TRANSLATE_NOOP("AdRules", "No exclamation mark in a headline."), "remove"),
    "capitals": (QT_TRANSLATE_NOOP("AdRules", "Capitals for emphasis."), "type"),
    "symbol": (QT_TRANSLATE_NOOP("AdRules", "A symbol used as decoration."), "remove"),
    "spaces": (QT_TRANSLATE_NOOP("AdRules", "Spaces are not where they belong."), "type"),
    "gaps": (
        QT_TRANSLATE_NOOP("AdRules", "A word is spelled with gaps or stretched letters."),
        "type",
    ),
    "no-end": (QT_TRANSLATE_NOOP("AdRules", "The last sentence has no end."), "end"),
    "language": (QT_TRANSLATE_NOOP("AdRules", "Words of another language than the ad's."), "type"),
    "twice": (QT_TRANSLATE_NOOP("AdRules", "The same word twice."), "one"),
    "often": (QT_TRANSLATE_NOOP("AdRules", "The same word stands too often."), "one"),
    "injection": (
        QT_TRANSLATE_NOOP("AdRules", "This reads like an instruction to a program."),
        "remove",
    ),
    "label": (QT_TRANSLATE_NOOP("AdRules", "An ad must carry its label."), "show"),
    "absolute": (
        QT_TRANSLATE_NOOP(
            "AdRules", "Absolute words are banned in Chinese ads (Advertising Law, art. 9(3))."
        ),
        "fact",
    ),
    "hundred-percent": (
        QT_TRANSLATE_NOOP(
            "AdRules",
            "“100%” may stand only before a material that the product text names (art. 28).",
        ),
        "out",
    ),
    "medical": (QT_TRANSLATE_NOOP("AdRules", "A health or efficacy claim."), "out"),
    "finance": (QT_TRANSLATE_NOOP("AdRules", "A promise of gain or an offer of money."), "remove"),
    "infant": (QT_TRANSLATE_NOOP("AdRules", "Comparison with breast milk is banned."), "remove"),
    "safety": (
        QT_TRANSLATE_NOOP("AdRules", "A promise or a safety claim that nobody can keep."),
        "remove",
    ),
    "purity": (
        QT_TRANSLATE_NOOP("AdRules", "The product text does not say this (art. 28)."),
        "add",
    ),
    "superstition": (
        QT_TRANSLATE_NOOP(
            "AdRules", "Superstition is not allowed in ads (Advertising Law, art. 9(8))."
        ),
        "remove",
    ),
    "state": (
        QT_TRANSLATE_NOOP(
            "AdRules", "State symbols, organs and their names are not allowed in ads."
        ),
        "remove",
    ),
    "alcohol": (
        QT_TRANSLATE_NOOP("AdRules", "Such words are not allowed in ads for alcohol."),
        "remove",
    ),
    "instead-of-medicine": (
        QT_TRANSLATE_NOOP("AdRules", "Goods must not be praised as a substitute for medicine."),
        "remove",
    ),
    "minors": (
        QT_TRANSLATE_NOOP("AdRules", "Ads must not urge children to have things bought."),
        "remove",
    ),
    "superlative": (
        QT_TRANSLATE_NOOP(
            "AdRules", "A superlative or a comparison that the product text does not prove."
        ),
        "fact",
    ),
    "promise": (
        QT_TRANSLATE_NOOP("AdRules", "A promise that nobody can keep for every reader."),
        "remove",
    ),
    "endorsement": (
        QT_TRANSLATE_NOOP(
            "AdRules", "Popularity or an endorsement that the product text does not give."
        ),
        "add",
    ),
    "popular-zh": (
        QT_TRANSLATE_NOOP(
            "AdRules", "Popularity, prizes or an endorsement that the product text does not give."
        ),
        "add",
    ),
    "green": (
        QT_TRANSLATE_NOOP("AdRules", "A green claim that the product text does not give."),
        "add",
    ),
    "bait": (QT_TRANSLATE_NOOP("AdRules", "Engagement bait."), "product"),
    "before-after": (
        QT_TRANSLATE_NOOP("AdRules", "An ad must not make readers feel bad about their looks."),
        "product",
    ),
    "promotion-en": (
        QT_TRANSLATE_NOOP("AdRules", "The shop has not entered such an offer."),
        "offer",
    ),
    "promotion-zh": (
        QT_TRANSLATE_NOOP("AdRules", "The shop has not entered such an offer."),
        "offer",
    ),
    "service-en": (
        QT_TRANSLATE_NOOP(
            "AdRules", "The shop has not said this of delivery, returns, warranty or service."
        ),
        "add",
    ),
    "service-zh": (
        QT_TRANSLATE_NOOP(
            "AdRules", "The shop has not said this of delivery, returns, warranty or service."
        ),
        "add",
    ),
    "urgency-en": (
        QT_TRANSLATE_NOOP("AdRules", "Stock or urgency that the shop has not entered."),
        "offer",
    ),
    "urgency-zh": (
        QT_TRANSLATE_NOOP("AdRules", "Stock or urgency that the shop has not entered."),
        "offer",
    ),
    "title-symbols": (
        QT_TRANSLATE_NOOP("AdRules", "This mark is not allowed in a title."),
        "remove",
    ),
    "title-promotion": (
        QT_TRANSLATE_NOOP("AdRules", "Promotional phrases are not allowed in a title."),
        "fact",
    ),
    "official": (
        QT_TRANSLATE_NOOP("AdRules", "Claims of official status and “click here” are not allowed."),
        "remove",
    ),
    "insult-en": (
        QT_TRANSLATE_NOOP("AdRules", "Insulting, indecent or demeaning words."),
        "remove",
    ),
    "insult-zh": (
        QT_TRANSLATE_NOOP("AdRules", "Insulting, indecent or demeaning words."),
        "remove",
    ),
    "insult-person": (
        QT_TRANSLATE_NOOP("AdRules", "Insulting, indecent or demeaning words."),
        "remove",
    ),
    "insult-thing": (
        QT_TRANSLATE_NOOP("AdRules", "A rude word: fine of things, not of people."),
        "out",
    ),
    "puffery": (
        QT_TRANSLATE_NOOP("AdRules", "Praise that no fact of the product text carries."),
        "fact",
    ),
    "finance-topic": (
        QT_TRANSLATE_NOOP("AdRules", "An offer of money or of investment."),
        "remove",
    ),
    "goods-en": (
        QT_TRANSLATE_NOOP("AdRules", "Goods or services whose ads are prohibited or restricted."),
        "product",
    ),
    "goods-zh": (
        QT_TRANSLATE_NOOP("AdRules", "Goods or services whose ads are prohibited or restricted."),
        "product",
    ),
    "false-reply": (
        QT_TRANSLATE_NOOP(
            "AdRules", "A subject must not look like an answer or a forwarded message."
        ),
        "remove",
    ),
    "false-notice": (
        QT_TRANSLATE_NOOP("AdRules", "A false notice: the subject must say what the mail is."),
        "product",
    ),
    "spam-words": (QT_TRANSLATE_NOOP("AdRules", "Words that spam filters weigh."), "type"),
    "click": (
        QT_TRANSLATE_NOOP("AdRules", "“Click here” and clickbait are not allowed."),
        "product",
    ),
    "urging": (
        QT_TRANSLATE_NOOP(
            "AdRules", "Urging to share or follow, clickbait, or a false system message."
        ),
        "product",
    ),
}


def said(rule: str) -> tuple[str, str]:
    """What is wrong and what to do, for a rule such as "cn-law@2 absolute"; two times "" = not known here."""
    message, fix = _RULES.get(rule.rpartition(" ")[2], ("", ""))
    translate = QCoreApplication.translate
    if not message:
        return "", ""
    return translate("AdRules", str(message)), translate("AdRules", str(_FIXES[str(fix)]))
