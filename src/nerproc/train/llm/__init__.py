"""Samples that a language model writes, each verified before it is used."""
