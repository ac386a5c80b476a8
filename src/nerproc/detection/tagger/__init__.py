"""Entities by a network that learned them: words -> vectors -> context -> labels."""

from nerproc.detection.tagger.tagger import Tagger, load

__all__ = ["Tagger", "load"]
