"""Tests of the forwarding side."""
