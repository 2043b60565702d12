"""The conversation itself: no input or output, no clock, no randomness, no third party but pydantic."""
