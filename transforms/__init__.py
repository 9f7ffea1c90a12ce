"""Pure steps from a page to a row: extract, annotate, record, dataset. Start reading at `record`, then `extract`."""
