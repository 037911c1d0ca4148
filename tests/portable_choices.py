"""Print every choice that the analysis makes on small tables full of ties, as JSON.

Run by test_portable.py under the arithmetic of other machines; only choices, and numbers rounded
as they are shown, so that equal means equal.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_info

from erfm import validation
from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.logistic import fit_logistic, hosmer_lemeshow, predict
from erfm.samples import split_samples
from erfm.standardised import ranks, standardised_coefficients
from erfm.stepwise import forward_lr
from erfm.study import Study
from erfm.trust import decisions, imputation, other_models, resampling
from erfm.warning import scoring

STUDY = """
title = "Ties"
[data]
file = "customers.csv"
id = "id"
[outcome]
column = "status"
retained = "stays"
churned = "leaves"
[sample]
holdout_size = 0.4
seed = 3
[predictors]
visits = {}
mirror = {}
children = {}
grade = {}
gender = { levels = ["f", "m"] }
tier = { levels = ["a", "b", "c"] }
"""


def whole_numbers(folder: Path) -> Study:
    """Write 500 customers of whole numbers, gaps in four columns, most customers alike."""
    draw = np.random.default_rng(7).integers
    n = 500
    visits, children = draw(0, 6, n), draw(0, 4, n)
    status = np.where(draw(0, 12, n) < 3 + visits + (children == 0), "stays", "leaves")
    frame = pd.DataFrame(
        {
            "id": [f"K{i}" for i in range(n)],
            "visits": visits,
            "mirror": 5 - np.where(draw(0, 5, n) == 0, draw(0, 6, n), visits),
            "children": children,
            "grade": draw(1, 6, n),
            "gender": np.where(draw(0, 2, n) == 0, "f", "m"),
            "tier": np.array(["a", "b", "c"])[draw(0, 3, n)],
            "status": status,
        }
    )
    for column in ("visits", "children", "grade", "gender"):
        frame[column] = frame[column].mask(draw(0, 5, n) == 0)
    frame.astype({c: "Int64" for c in ("visits", "children", "grade")}).to_csv(
        folder / "customers.csv", index=False
    )
    (folder / "ties.toml").write_text(STUDY, encoding="utf-8")
    return load_study(folder / "ties.toml")


def choices(study: Study) -> dict[str, object]:
    """Return what was chosen, by the name of the step."""
    customers = load_customers(study)
    samples = split_samples(study, customers)
    build, holdout = samples.build, samples.holdout
    completed = imputation.impute(study, imputation.imputable(study, customers), 3, seed=1)
    path = forward_lr(study, build)
    repeated = resampling.bootstrap(study, build, 40, seed=1)
    splits = resampling.random_splits(study, samples.complete, len(build), 40, seed=1)
    # A probability stands on the cut-off: the constant alone gives everyone the base rate.
    constant = fit_logistic(study, build, [])
    fit = fit_logistic(study, build, ["visits", "children"])
    probability = predict(fit, study, holdout)
    observed = holdout["retained"].to_numpy()
    model = scoring.describe_model(study, fit, build, "2012-12-31")
    scores = scoring.score(model, pd.concat([build, holdout]))
    benefit = decisions.decision_curve(observed, probability, repetitions=20, seed=1)
    folds = other_models.cross_validate(study, build, 3, 1, seed=1)
    groups = hosmer_lemeshow(fit.outcome, fit.probabilities).table
    calibrated = validation.calibration_groups(observed, probability)
    rates = [constant.outcome.mean(), study.cutoff, float(np.sort(probability, kind="stable")[50])]
    return {
        "imputed": [table.astype(str).to_numpy().tolist() for table in completed],
        "holdout": holdout["customer_id"].tolist(),
        "path": [(step.entered, step.removed) for step in path.steps],
        "selected": repeated.selected.to_numpy().tolist(),
        "splits": splits.metrics[["accuracy", "sensitivity", "variables"]].to_numpy().tolist(),
        "auc": splits.metrics["auc"].round(12).tolist(),
        "at base rate": validation.classification_table(
            constant.outcome, constant.probabilities, rates[0]
        ).to_numpy().tolist(),
        "hosmer-lemeshow": groups[["retained_observed", "total"]].to_numpy().tolist(),
        "calibration": calibrated[["customers", "observed"]].to_numpy().tolist(),
        "cut-offs": decisions.cutoff_curve(observed, probability, np.array(rates))
        .fillna(-1).to_numpy().tolist(),
        "youden": round(decisions.youden_cutoff(observed, probability), 9),
        "roc": len(validation.roc(observed, probability).curve),
        "net benefit": benefit[["net_benefit", "lower", "upper"]].round(12).to_numpy().tolist(),
        "standardised": ranks(standardised_coefficients(study, fit, build)).to_numpy().tolist(),
        "folds": folds[["auc", "brier", "log_loss"]].round(9).to_numpy().tolist(),
        "scored": scores.ranked[
            ["customer_id", "decile", "risk", "first_push", "second_push", "action"]
        ].astype(str).to_numpy().tolist(),
    }  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = choices(whole_numbers(Path(folder)))
    kernels = [i["architecture"] for i in threadpool_info() if i["internal_api"] == "openblas"]
    json.dump({"kernels": kernels, "choices": made}, sys.stdout)
