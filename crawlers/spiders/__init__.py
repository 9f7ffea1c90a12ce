"""The spiders: `news` serves nearly every source; another module here is an exception and says why."""
