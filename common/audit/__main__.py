"""python -m common.audit: the same as hansa-audit."""

from common.audit.cli import main

main()
