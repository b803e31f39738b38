"""The rule `kl-adam` in plain PyTorch: autograd for the gradient, torch.optim.Adam for the steps, one thread.

Reads one JSON object a line, {"query", "hits": Base64 of little-endian float32, "judgments": [...], "steps", "repeats"},
and answers each with {"refined": Base64, "seconds": the mean processor time of one refinement}.
"""

import base64
import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F


def refine(query, hits, judgments, steps):
    target = F.softmax(judgments, dim=0)
    hits = F.normalize(hits, dim=1)
    q = query.clone().requires_grad_()
    adam = torch.optim.Adam([q], lr=1e-4)
    for _ in range(steps):
        adam.zero_grad()
        student = F.softmax(hits @ F.normalize(q, dim=0), dim=0)
        loss = torch.sum(target * torch.log((target + 1e-8) / (student + 1e-8)))
        loss.backward()
        adam.step()
    return q.detach()


def vector(text):
    return torch.from_numpy(numpy.frombuffer(base64.b64decode(text), dtype="<f4").copy())


def main():
    torch.set_num_threads(1)
    for line in sys.stdin:
        request = json.loads(line)
        query = vector(request["query"])
        hits = vector(request["hits"]).reshape(-1, query.shape[0])
        judgments = torch.tensor(request["judgments"], dtype=torch.float32)
        start = time.process_time()
        for _ in range(request["repeats"]):
            refined = refine(query, hits, judgments, request["steps"])
        seconds = (time.process_time() - start) / request["repeats"]
        answer = {"refined": base64.b64encode(refined.numpy().astype("<f4").tobytes()).decode(), "seconds": seconds}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
