"""What the console script calls: each worker process loads it, as it does whatever was started, and so none of the commands."""


def main() -> None:
    """Run the program `caixun`."""
    from flows.cli.app import main as run

    run()
