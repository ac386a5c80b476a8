"""Samples in, a model out. Needs PyTorch: `pip install 'nerproc[train]'`."""
