"""PrivacyDesk: the privacy side of an open shop: the budget, what left, what waits for a yes, the policy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from client import hold, policy, settings_file, spending
from client.hold import Countersigned
from client.policy import Value
from client.store import Store
from client.store.held import HeldReport
from client.views import Departure, PrivacyView
from common.errors import UserFacing
from common.settings import Policy, Settings, load_settings


class PrivacyDesk:
    """Every method takes milliseconds and reaches no heavy library."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self.settings = settings
        self._stamp = settings_file.stamp(store.home)

    @property
    def home(self) -> Path:
        """The shop's folder."""
        return self._store.home

    def privacy(self) -> PrivacyView:
        """The budget and what is known of it."""
        return spending.privacy(self._store, self.settings)

    def departures(self) -> tuple[Departure, ...]:
        """Everything that left this computer or was charged for it, newest first."""
        return spending.departures(self._store, self.settings)

    def export_ledger(self, path: Path) -> None:
        """Write the signed ledger for an auditor.

        Raises:
            UserFacing: the ledger is empty or does not hold, or the file cannot be written.
        """
        spending.export(self._store, self.settings, path)

    def held(self) -> tuple[HeldReport, ...]:
        """Reports that wait for the merchant's yes, or for the coordinator to fetch them."""
        return hold.waiting(self._store)

    def send_held(self, report: HeldReport) -> HeldReport:
        """Yes: it leaves when the coordinator asks for it again.

        Raises:
            PrivacyError: it cannot be sent any more.
        """
        return hold.send(self._store, report.plan_digest)

    def drop_held(self, report: HeldReport) -> HeldReport:
        """No: the figures are deleted, the charge stays."""
        return hold.drop(self._store, report.plan_digest)

    def countersigned(self) -> Countersigned:
        """How far the coordinator has signed this shop's ledger."""
        return hold.countersigned(self._store)

    def policy(self) -> Policy:
        """The rules that are in force."""
        return self.settings.policy

    def weaker(self, changes: Mapping[str, Value]) -> tuple[str, ...]:
        """Rules that would protect less after these changes, or after `undo_policy` if none.

        Raises:
            SettingsError: a value cannot be used.
        """
        later = policy.would_be(self.home, changes) if changes else policy.earlier(self.home)
        return policy.loosened(self.policy(), later) if later else ()

    def set_policy(self, changes: Mapping[str, Value]) -> Policy:
        """Write rules into hansa.toml; they count from the next round.

        Raises:
            SettingsError: a value cannot be used; nothing was written.
            InputError: the file cannot be written; it is as it was.
        """
        policy.change(self.home, changes)
        self._reload()
        return self.policy()

    def can_undo_policy(self) -> bool:
        """Whether the last change of the policy can be taken back."""
        return policy.can_undo(self.home)

    def undo_policy(self) -> Policy:
        """Take the last change back."""
        policy.undo(self.home)
        self._reload()
        return self.policy()

    def _reload(self) -> None:
        """Read the settings again; a file that cannot be used leaves those in force that were."""
        with suppress(UserFacing):
            self.settings = load_settings(self.home)

    def _reread(self) -> int:
        """Read the settings again if somebody wrote them; returns when they were written."""
        stamp = settings_file.stamp(self.home)
        if stamp != self._stamp:
            self._stamp = stamp
            self._reload()
        return stamp
