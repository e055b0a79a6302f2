"""`python -m relay`."""

from relay.app import main

if __name__ == "__main__":
    main()
