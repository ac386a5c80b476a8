"""Recipes for the models that come with nerproc: one command each, from public data to a model's folder."""
