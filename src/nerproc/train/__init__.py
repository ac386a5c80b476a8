"""Samples: read, checked, split, made; models trained on them, and measured."""
