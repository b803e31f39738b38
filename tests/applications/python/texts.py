"""What all three applications are about, and how they ask for embeddings and print what they found."""

import json
import sys
from pathlib import Path

from openai import OpenAI

TEXTS = [json.loads(line) for line in (Path(__file__).parent.parent / "texts.jsonl").read_text(encoding="utf-8").splitlines()]
QUESTION = "How fast is a jaguar?"
MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384

if len(sys.argv) != 5:
    sys.exit(f"usage: {sys.argv[0]} elasticsearch|opensearch SEARCH_URL EMBEDDINGS_URL INDEX")
ENGINE, SEARCH_URL, EMBEDDINGS_URL, INDEX = sys.argv[1:]

client = OpenAI(base_url=EMBEDDINGS_URL, api_key="none")


def embed(texts):
    return [item.embedding for item in client.embeddings.create(model=MODEL, input=texts).data]


def finish(ids):
    print(json.dumps({"ids": ids}))
