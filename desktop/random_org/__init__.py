"""Random strings from random.org: the HTTP client, the quota it must heed, and the stock kept here."""
