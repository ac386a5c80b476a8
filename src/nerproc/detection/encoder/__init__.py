"""Entities by a transformer of token classification, exported to ONNX: any of Hugging Face's."""
