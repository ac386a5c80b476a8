"""Samples: reading, checking, splitting and making them; and how well a model finds what they hold."""
