"""The database's history, for both tiers and both kinds of database: `python -m bot migrate`."""
