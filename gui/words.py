"""Words for names that come from other rooms: errors, checks, mechanisms, states, feature groups."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from client.api import JobFailure
from gui import format as fmt
from gui.wordsoffiles import file_columns


def fill(text: str, *values: object) -> str:
    """Put values in the places %1, %2, ... of a translated sentence."""
    for i, value in enumerate(values, 1):
        text = text.replace(f"%{i}", str(value))
    return text


def failure_title(failure: JobFailure) -> str:
    """One sentence: what happened."""
    translate = QCoreApplication.translate
    titles = {
        "bad-input": translate("Words", "This input cannot be used"),
        "bad-settings": translate("Words", "A setting cannot be used"),
        "database": translate("Words", "The shop's database cannot be used"),
        "database-newer": translate("Words", "This shop was written by a newer Hansa"),
        "database-busy": translate("Words", "Another program is writing to the shop"),
        "privacy": translate("Words", "Privacy could not be guaranteed"),
        "budget-exhausted": translate("Words", "The privacy budget would be passed"),
        "ledger-broken": translate("Words", "The privacy ledger does not hold"),
        "plan-refused": translate("Words", "Your policy does not allow this round"),
        "federation": translate("Words", "The league cannot be reached"),
        "coordinator-unreachable": translate("Words", "The league cannot be reached"),
        "port-in-use": translate("Words", "Another program uses the network port"),
        "enrolment": translate("Words", "Joining the league did not work"),
        "bundle": translate("Words", "The shared model cannot be used"),
        "bundle-signature": translate("Words", "The shared model is not signed by your league"),
        "bundle-spec": translate("Words", "The shared model is for other features"),
        "training": translate("Words", "Learning could not give a sound result"),
        "audience": translate("Words", "No audience can be made of this"),
        "creative": translate("Words", "This ad cannot be written or shown"),
        "stopped": translate("Words", "The work ended unexpectedly"),
    }
    return titles.get(failure.code, translate("Words", "Something did not work"))


def failure_safe(failure: JobFailure) -> str:
    """One sentence: what is safe."""
    translate = QCoreApplication.translate
    if failure.code.startswith(("privacy", "budget", "ledger", "plan")):
        return translate("Words", "Nothing was sent.")
    if failure.code in ("federation", "coordinator-unreachable", "port-in-use", "enrolment"):
        return translate("Words", "Your data and your privacy budget are untouched.")
    if failure.code.startswith("bundle"):
        return translate("Words", "The model was not used; the one before stays in force.")
    return translate("Words", "Your data stays on this computer and is as it was.")


def mechanism(kind: str) -> str:
    """A kind of release in words."""
    translate = QCoreApplication.translate
    return {
        "poisson-subsampled-gaussian": translate("Words", "Model update"),
        "gaussian-histogram": translate("Words", "Quality check"),
    }.get(kind, kind)


def departure_state(state: str) -> tuple[str, str]:
    """A ledger state in words, with its tone."""
    translate = QCoreApplication.translate
    return {
        "commit": (translate("Words", "Sent"), "accent"),
        "reserve": (translate("Words", "Charged, not sent"), "warn"),
        "void": (translate("Words", "Not sent"), "muted"),
    }.get(state, (state, "muted"))


def creative_state(state: str) -> tuple[str, str]:
    """State of an ad in words, with its tone."""
    translate = QCoreApplication.translate
    return {
        "draft": (translate("Words", "Waits for you"), "accent"),
        "refused": (translate("Words", "Refused by checks"), "bad"),
        "approved": (translate("Words", "Approved"), "good"),
        "live": (translate("Words", "Live"), "good"),
        "retired": (translate("Words", "Retired"), "muted"),
        "rejected": (translate("Words", "Rejected"), "muted"),
    }.get(state, (state, "muted"))


def node_state(state: str, step: str = "") -> tuple[str, str]:
    """State of the node's process, and what the node itself says, in words with a tone."""
    translate = QCoreApplication.translate
    said = {
        "connecting": (translate("Words", "Connecting"), "accent"),
        "offline": (translate("Words", "League not reached"), "warn"),
        "online": (translate("Words", "Online, waiting for a round"), "good"),
        "training": (translate("Words", "Learning on your data"), "accent"),
        "sent": (translate("Words", "Online, answer sent"), "good"),
        "refused": (translate("Words", "Online, a round was refused"), "warn"),
        "held": (translate("Words", "Online, a round waits for your yes"), "warn"),
        "installed": (translate("Words", "Online, new model installed"), "good"),
    }
    if state == "running" and step in said:
        return said[step]
    return {
        "stopped": (translate("Words", "Not running"), "muted"),
        "starting": (translate("Words", "Starting"), "accent"),
        "running": (translate("Words", "Learning"), "good"),
        "stopping": (translate("Words", "Stopping"), "warn"),
        "failed": (translate("Words", "Interrupted"), "bad"),
    }.get(state, (state, "muted"))


def adversary(mode: str, colluders: int = 0) -> str:
    """Against whom an epsilon holds."""
    translate = QCoreApplication.translate
    if mode == "league-noise" and colluders == 1:
        return translate("Words", "the coordinator, the public and one colluding shop of a round")
    if mode == "league-noise" and colluders > 1:
        text = translate(
            "Words", "the coordinator, the public and up to %1 colluding shops of a round"
        )
        return fill(text, colluders)
    return {
        "own-noise": translate("Words", "everybody: the coordinator, other shops and the public"),
        "league-noise": translate(
            "Words", "the coordinator, the public and a limited number of colluding shops"
        ),
    }.get(mode, mode)


def unit(max_impressions: int) -> str:
    """The privacy unit in words."""
    text = QCoreApplication.translate(
        "Words", "one shopper of this shop, with at most %1 impressions"
    )
    return fill(text, max_impressions)


def protection(limit: float, spent: float) -> tuple[str, str]:
    """How strongly a limit protects, or that it is used up, in words, with a tone."""
    translate = QCoreApplication.translate
    if spent >= limit:
        return translate("Words", "The limit is reached: no more rounds"), "bad"
    epsilon = limit
    if epsilon <= 1:
        return translate("Words", "Very strong protection"), "good"
    if epsilon <= 3:
        return translate("Words", "Strong protection"), "good"
    if epsilon <= 8:
        return translate("Words", "Moderate protection"), "warn"
    return translate("Words", "Weak protection"), "bad"


def job_title(name: str) -> str:
    """What a job does."""
    translate = QCoreApplication.translate
    return {
        "init": translate("Words", "Making the shop"),
        "import": translate("Words", "Importing your files"),
        "join": translate("Words", "Joining the league"),
        "audience": translate("Words", "Picking an audience"),
        "ads": translate("Words", "Writing ads"),
        "export": translate("Words", "Writing the audience to a file"),
        "verify": translate("Words", "Checking your ledger"),
        "clean": translate("Words", "Cleaning your rows"),
        "segments": translate("Words", "Sorting shoppers into segments"),
        "retention": translate("Words", "Deleting old rows"),
        "fix": translate("Words", "Repairing refused rows"),
    }.get(name, name)


def step_name(step: str) -> str:
    """A step of a job in words; one without a translation is shown as it is."""
    translate = QCoreApplication.translate
    verb, _, rest = step.partition(" ")
    known = {
        "import": translate("Words", "Importing %1"),
        "read": translate("Words", "Reading %1"),
        "score": translate("Words", "Scoring shoppers %1"),
        "audience": translate("Words", "Scoring shoppers %1"),
        "explain": translate("Words", "Finding the reasons %1"),
        "fit": translate("Words", "Fitting the model to your own rows %1"),
        "write": translate("Words", "Writing %1"),
        "check": translate("Words", "Checking %1"),
        "train": translate("Words", "Learning on your data %1"),
        "clean": translate("Words", "Checking rows: %1"),
        "delete": translate("Words", "Deleting %1"),
        "fix": translate("Words", "Repairing %1"),
    }.get(verb)
    return fill(known, rest).strip() if known else step


def table_name(table: str) -> str:
    """A table of the shop."""
    translate = QCoreApplication.translate
    return {
        "impressions": translate("Words", "Ads shown"),
        "events": translate("Words", "Events"),
        "products": translate("Words", "Products"),
        "shoppers": translate("Words", "Shoppers"),
        "conversions": translate("Words", "Conversions"),
        "costs": translate("Words", "Costs"),
    }.get(table, table)


def column_name(column: str) -> str:
    """A column of a table of the shop."""
    translate = QCoreApplication.translate
    return {
        "shown_at": translate("Words", "Shown"),
        "happened_at": translate("Words", "When"),
        "converted_at": translate("Words", "Converted"),
        "shopper_key": translate("Words", "Shopper (pseudonym)"),
        "product_id": translate("Words", "Product number"),
        "title": translate("Words", "Product"),
        "campaign_type": translate("Words", "Campaign type"),
        "device": translate("Words", "Device"),
        "clicked": translate("Words", "Clicked"),
        "kind": translate("Words", "Kind"),
        "value_minor": translate("Words", "Value"),
        "price_minor": translate("Words", "Price"),
        "currency": translate("Words", "Currency"),
        "department": translate("Words", "Department"),
        "category": translate("Words", "Category"),
        "brand": translate("Words", "Brand"),
        "consent": translate("Words", "Consent"),
        "personalise": translate("Words", "Personal ads"),
        **file_columns(),
    }.get(column, column)


def cell_words(column: str, value: object) -> str:
    """A value of a table of the shop."""
    translate = QCoreApplication.translate
    if value is None or value == "":
        return fmt.DASH
    if column in ("clicked", "consent", "personalise"):
        return translate("Words", "Yes") if value else translate("Words", "No")
    if column.endswith("_at"):
        return fmt.moment(str(value))
    if column.endswith("_minor") and isinstance(value, int):
        return fmt.number(value / 100)
    if column == "shopper_key":
        return fmt.brief_hash(str(value))
    if column == "kind":
        return event_name(str(value))
    return str(value)


def event_name(kind: str) -> str:
    """What a shopper did."""
    translate = QCoreApplication.translate
    return {
        "view": translate("Words", "Looked"),
        "search": translate("Words", "Searched"),
        "cart": translate("Words", "Put in the cart"),
        "favourite": translate("Words", "Saved"),
        "purchase": translate("Words", "Bought"),
        "review": translate("Words", "Reviewed"),
        "share": translate("Words", "Shared"),
        "return": translate("Words", "Sent back"),
    }.get(kind, kind)


def group(name: str) -> str:
    """A group of features, as reasons name it."""
    translate = QCoreApplication.translate
    return {
        "campaign and product": translate("Words", "Campaign and product"),
        "bought from you before": translate("Words", "Bought from you before"),
        "bought this kind before": translate("Words", "Bought this kind before"),
        "recency and spend": translate("Words", "Recency and spend"),
        "looked at your products": translate("Words", "Looked at your products"),
        "answered your offers before": translate("Words", "Answered your offers before"),
        "loyalty tier": translate("Words", "Loyalty tier"),
        "department affinity": translate("Words", "Department affinity"),
        "coupon habits": translate("Words", "Coupon habits"),
        "where and when": translate("Words", "Where and when"),
    }.get(name, name)


def writer(name: str) -> str:
    """Who wrote an ad."""
    translate = QCoreApplication.translate
    return {
        "template": translate("Words", "templates"),
        "person": translate("Words", "a person"),
        "gguf": translate("Words", "a language model (GGUF)"),
        "transformers": translate("Words", "a language model (transformers)"),
    }.get(name, name)
