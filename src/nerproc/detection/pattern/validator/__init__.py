"""Validators: whether a matched text can be what its pattern says."""
