"""The command line. Start reading at `app`; every command does its work through functions that flows use too."""


def main() -> None:
    """Run the program `caixun`. Each worker process loads this module, as it does whatever was started, and none of the commands."""
    from flows.cli.app import main as run

    run()
