"""The model of a study for scoring: fitted to all of its customers, in memory or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from erfm.customers.parquet_files import drawn_from
from erfm.logistic import LogisticFit
from erfm.study import Study, output_folder
from erfm.warning.model_file import (
    RISK_QUANTILES,
    SEEN,
    VALUE_QUANTILES,
    FittedOn,
    SavedModel,
    has_amount,
    kept_predictors,
    model_of,
)
from erfm.warning.scoring import fitted_in_memory

if TYPE_CHECKING:
    from erfm.large.customers import AllCustomers
    from erfm.large.design_file import DesignFile


def fitted(study: Study, date: str) -> SavedModel:
    """Return the equation that forward LR selects on the model-building sample, ready to score.

    Of more customers than fit in memory the sample is not a draw: all of it is fitted to.

    Raises
    ------
    StudyError
        As `erfm.warning.scoring.final_model`.
    """
    return fitted_to_all(study, date) if drawn_from(study) else fitted_in_memory(study, date)


def fitted_to_all(study: Study, date: str) -> SavedModel:
    """Return the same of customers who are not in memory."""
    from erfm.customers.tables import scratch_beside  # few studies need the engine
    from erfm.large.customers import open_customers
    from erfm.large.design_file import write_design
    from erfm.large.steps import Equations

    # Not by way of pages, which need what the analysis alone does not bring.
    folder = output_folder() / "build" / study.folder_name
    with scratch_beside(folder / "customers") as scratch:
        everyone = open_customers(study, scratch)
        build, _ = write_design(everyone)
        equations = Equations(study, build)
        final = equations.fit_logistic(equations.forward_lr().terms)
        return model_of(study, final, _fitted_on(everyone, build, final), date)


def _fitted_on(everyone: AllCustomers, build: DesignFile, final: LogisticFit) -> FittedOn:
    from erfm.customers.tables import aggregates
    from erfm.large.validation import quantiles, score_design

    study, rows = everyone.study, everyone.complete.filter(~everyone.complete.in_holdout)
    names = [n for n in kept_predictors(study, final) if not study.predictors[n].levels]
    asked = {
        f"{how}_{i}": getattr(rows[everyone.names[name]], how)()
        for i, name in enumerate(names)
        for how in ("min", "max", "std")
    }
    amount = has_amount(study)
    if amount:
        values = rows[everyone.names[amount.name]]
        asked |= {f"value_{i}": values.quantile(q) for i, q in enumerate(VALUE_QUANTILES)}
    found = aggregates(rows.aggregate(n=rows.count(), **asked)).iloc[0]
    seen = [[found[f"{how}_{i}"] for how in ("min", "max", "std")] for i in range(len(names))]
    scored = score_design(final, build, everyone.local, "build")
    medium, high = quantiles(scored, [1 - q for q in RISK_QUANTILES])
    columns = [*final.parameters.index[1:]]
    return FittedOn(
        churned=build.customers - build.retained,
        means=pd.Series(build.moments.means[1:], [*build.columns])[columns],
        seen=pd.DataFrame(seen, index=names, columns=SEEN, dtype=float),
        risk_limits=(1 - medium, 1 - high),
        value_limits=tuple(float(found[f"value_{i}"]) for i in range(2)) if amount else (),
    )
