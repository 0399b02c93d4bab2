"""Languages: Qt's translations of our sentences, and Qt's own for its dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

FOLDER = Path(__file__).parent
LOCALES = {"en": "en_US", "zh": "zh_CN"}


class Language:
    """The language in force; `use` changes it for everything that is built afterwards."""

    def __init__(self) -> None:
        self._installed: list[QTranslator] = []

    def use(self, app: QCoreApplication, code: str) -> list[str]:
        """Switch to "en" or "zh".

        Returns:
            The translations that were found and installed.
        """
        for old in self._installed:
            app.removeTranslator(old)
        self._installed = []
        locale = LOCALES.get(code, "en_US")
        QLocale.setDefault(QLocale(locale))
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        found = []
        ours = f"hansa_{locale if code == 'zh' else 'en'}"
        for name, folder in ((f"qtbase_{locale}", qt), (ours, str(FOLDER))):
            translator = QTranslator(app)
            if translator.load(name, folder):
                app.installTranslator(translator)
                self._installed.append(translator)
                found.append(name)
        return found


language = Language()


def system_language() -> str:
    """The desktop speaks Chinese: "zh"; else "en"."""
    return "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"
