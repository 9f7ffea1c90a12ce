"""What runs when: crawl, build, daily, backfill, rebuild, and the command line. Start reading at `daily`."""
