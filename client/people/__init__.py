"""People's rights: show, forget, consent, minors, retention."""
