"""The pages of the window, one file each."""

#: Their names on the command line, in the order of the sidebar.
PAGE_NAMES = ("overview", "data", "learning", "audiences", "ads", "privacy", "settings")
