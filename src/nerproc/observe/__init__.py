"""What operators see: log events (`logs`) and counters (`meter`). Never the text of a document or an entity."""

from nerproc.observe.logs import bound, configure, identify, is_human, log, place, silence

__all__ = ["bound", "configure", "identify", "is_human", "log", "place", "silence"]
