# .venv/bin/python tests/expected/sample.py
"""Write sample.csv: 400 invented customers for checks against other software (seed 20120331)."""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20120331)
n = 400
recency = rng.integers(0, 366, n)
frequency = 1 + rng.poisson(rng.gamma(1.5, 6.0, n))
amount = np.round(np.exp(6.5 + 0.03 * frequency + 0.8 * rng.standard_normal(n)), 2)
tenure = np.round(rng.uniform(0.1, 20.0, n), 1)
visits = rng.integers(0, 5, n)
segment = rng.choice(["basic", "plus", "premium"], n, p=[0.5, 0.3, 0.2])
gender = rng.choice(["female", "male"], n, p=[0.4, 0.6])
effect = pd.Series({"basic": 0.0, "plus": 0.5, "premium": -0.9})[segment].to_numpy()
logit = 0.4 - 0.006 * recency + 0.06 * frequency + 0.05 * tenure + effect - 0.3 * (gender == "male")
retained = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
pd.DataFrame(
    {
        "id": np.arange(1, n + 1),
        "recency": recency,
        "frequency": frequency,
        "amount": amount,
        "tenure": tenure,
        "visits": visits,
        "segment": segment,
        "gender": gender,
        "retained": retained,
    }
).to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
