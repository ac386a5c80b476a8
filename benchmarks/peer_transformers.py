"""An encoder under `transformers`, timed each time that a line comes in; runs under the peer's own Python.

    python peer_transformers.py WEIGHTS TEXTS

WEIGHTS is a folder of Hugging Face with the weights of a BERT, to which a head is added that knows nothing;
TEXTS a JSON list of texts. Says "ready", then for each line of standard input how long all texts took, in
seconds of the processor. The pipeline is the one for token classification, on one thread, in batches of 8.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline
from transformers.utils import logging

BATCH = 8
TOKENS = 512  # that the encoder can read


def main(weights: str, texts_file: str) -> None:
    warnings.simplefilter("ignore")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    texts = json.loads(Path(texts_file).read_text("utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(weights, model_max_length=TOKENS)
    model = AutoModelForTokenClassification.from_pretrained(weights, num_labels=11, dtype=torch.float32)
    find = pipeline(
        "token-classification",
        model=model,
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        batch_size=BATCH,
        device=-1,
    )
    find(texts[:BATCH])
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.process_time()
        find(texts)
        print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
