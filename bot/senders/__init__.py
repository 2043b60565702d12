"""Providers that take messages of ours which answer nothing."""
