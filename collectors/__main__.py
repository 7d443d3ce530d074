"""`python -m collectors` is the command `collectors`."""

from collectors.cli import main

if __name__ == "__main__":
    main()
