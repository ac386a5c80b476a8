"""The console script: `nerproc` and `python -m nerproc`."""

import sys


def main() -> None:
    """Run the command line; exits the process with a code of `nerproc.errors.ExitCode`."""
    from nerproc.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
