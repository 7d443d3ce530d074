"""`python -m dashboard` is the command `dashboard`."""

from dashboard.begin import main

if __name__ == "__main__":
    main()
