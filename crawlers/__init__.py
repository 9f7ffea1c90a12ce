"""Fetching: from a source's YAML to archived pages. Start reading at `source`, then `spiders/news`."""
