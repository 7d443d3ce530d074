"""`python -m collectors` is the command `collectors`."""

from collectors.begin import main

if __name__ == "__main__":
    main()
