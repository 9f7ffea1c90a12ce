"""The command line. Start reading at `app`; every command does its work through functions that flows use too."""
