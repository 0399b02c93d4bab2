"""One error tree; only UserFacing errors are ever shown by a window or a terminal.

HansaError
├── UserFacing                 what happened, where, what is safe, what to do
│   ├── InputError             a file, a column, a line, an argument
│   │   └── SettingsError      hansa.toml, the environment, a flag
│   ├── StoreError             the SQLite file
│   │   ├── NewerDatabase      written by a newer Hansa
│   │   └── DatabaseBusy       somebody else is writing
│   ├── PrivacyError           nothing was sent
│   │   ├── BudgetExhausted    the merchant's limit would be passed
│   │   ├── LedgerBroken       the chain does not hold: refuse to train
│   │   └── PlanRefused        the merchant's policy says no to the plan
│   ├── FederationError        the network between merchant and coordinator
│   │   ├── CoordinatorUnreachable
│   │   ├── PortInUse
│   │   └── EnrolmentError
│   ├── BundleError            a model that is not to be scored
│   │   ├── BadSignature
│   │   └── WrongSpec
│   ├── TrainingError          NaN, empty or hopeless data
│   ├── AudienceError          too small, unknown product
│   └── CreativeError          an ad that cannot be written or shown
└── InternalError              ours to fix; a person sees one calm sentence and a log file
"""

from __future__ import annotations

from dataclasses import dataclass


class HansaError(Exception):
    """Root of everything that Hansa raises on purpose."""


class InternalError(HansaError):
    """A broken promise inside Hansa. Never shown as it is."""


class UserFacing(HansaError):
    """An error that a person may read.

    Args:
        what: What happened, one sentence, no traceback, no row value.
        where: File, line, column, address: whatever locates it. May be empty.
        safe: What is safe ("nothing was sent", "the database is as before").
        todo: What the reader can do now.
    """

    code = "error"
    exit_code = 1

    def __init__(self, what: str, *, where: str = "", safe: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.safe = safe
        self.todo = todo

    def __str__(self) -> str:
        """The whole message, one part a line."""
        parts = [self.what, f"where: {self.where}" if self.where else ""]
        parts += [
            f"safe: {self.safe}" if self.safe else "",
            f"do: {self.todo}" if self.todo else "",
        ]
        return "\n".join(p for p in parts if p)

    def as_dict(self) -> dict[str, str]:
        """The same parts for `--json` and for the window."""
        return {
            "error": self.code,
            "what": self.what,
            "where": self.where,
            "safe": self.safe,
            "do": self.todo,
        }


class InputError(UserFacing):
    """A file, column, line or argument that cannot be used."""

    code = "bad-input"
    exit_code = 2


class SettingsError(InputError):
    """A setting that does not exist or is out of bounds."""

    code = "bad-settings"


class StoreError(UserFacing):
    """The SQLite file cannot be used."""

    code = "database"
    exit_code = 3


class NewerDatabase(StoreError):
    """The file was written by a newer Hansa than this one."""

    code = "database-newer"


class OlderDatabase(StoreError):
    """The file was written by an older Hansa, and whoever opened it may not write to it."""

    code = "database-older"


class DatabaseBusy(StoreError):
    """Another process holds the write lock for too long."""

    code = "database-busy"


class PrivacyError(UserFacing):
    """Privacy could not be guaranteed, so nothing was sent."""

    code = "privacy"
    exit_code = 4


class BudgetExhausted(PrivacyError):
    """The charge would pass the merchant's limit."""

    code = "budget-exhausted"


class LedgerBroken(PrivacyError):
    """The ledger's chain does not hold; the client refuses to train."""

    code = "ledger-broken"


class PlanRefused(PrivacyError):
    """The merchant's policy does not allow this plan."""

    code = "plan-refused"


class FederationError(UserFacing):
    """The connection between merchant and coordinator failed."""

    code = "federation"
    exit_code = 5


class CoordinatorUnreachable(FederationError):
    """No coordinator answers at the address."""

    code = "coordinator-unreachable"


class PortInUse(FederationError):
    """Another program listens on the port already."""

    code = "port-in-use"


class EnrolmentError(FederationError):
    """An invitation, a site kit or a certificate is not right."""

    code = "enrolment"


class BundleError(UserFacing):
    """A model bundle that must not be scored."""

    code = "bundle"
    exit_code = 6


class BadSignature(BundleError):
    """The signature is missing, wrong or from an unknown key."""

    code = "bundle-signature"


class WrongSpec(BundleError):
    """The bundle was trained for another feature specification."""

    code = "bundle-spec"


class TrainingError(UserFacing):
    """Training could not give a sound update."""

    code = "training"
    exit_code = 7


class AudienceError(UserFacing):
    """No audience can be made of this."""

    code = "audience"
    exit_code = 8


class CreativeError(UserFacing):
    """An ad that cannot be written, checked or shown."""

    code = "creative"
    exit_code = 9


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan, a report or a row was not taken: a value, not an exception.

    Attributes:
        code: Short kebab-case name, stable, safe to send to the other side.
        reason: One sentence for a person. Holds no value of a private row.
    """

    code: str
    reason: str
