"""`python -m client JOB --json`: what the window spawns."""

from client.cli import main

if __name__ == "__main__":
    main()
