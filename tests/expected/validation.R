# Rscript tests/expected/validation.R
# pROC (DeLong), Hmisc::binconf and prop.test (Wilson), glm with an offset (calibration), Brier.
source("tests/expected/common.R")
suppressMessages(library(pROC))

for (set in names(data_sets)) {
  data <- data_sets[[set]]
  y <- data$retained
  # Scores with and without ties; the two-variable model is also judged for calibration.
  model <- fit(y ~ recency + frequency, data)
  half <- seq_along(y) %% 2 == 0
  other <- fit(y[half] ~ recency + frequency, data[half, ])
  p <- predict(other, data, type = "response")[!half]
  scores <- list(fitted = fitted(model), tied = round(fitted(model), 1))
  for (name in names(scores)) {
    curve <- roc(y, scores[[name]], levels = c(0, 1), direction = "<", quiet = TRUE)
    limits <- ci.auc(curve, method = "delong")
    record(set, "roc", name, "auc", auc(curve))
    record(set, "roc", name, "standard_error", sqrt(var(curve, method = "delong")))
    record(set, "roc", name, "lower", limits[1])
    record(set, "roc", name, "upper", limits[3])
    record(set, "brier", name, "brier", mean((y - scores[[name]])^2))
  }
  logit <- qlogis(p)
  slope <- fit(y[!half] ~ logit, data.frame(logit))
  intercept <- fit(y[!half] ~ 1 + offset(logit), data.frame(logit))
  record(set, "calibration", "slope", "estimate", coef(slope)[2])
  record(set, "calibration", "slope", "standard_error", sqrt(vcov(slope)[2, 2]))
  record(set, "calibration", "intercept", "estimate", coef(intercept)[1])
  record(set, "calibration", "intercept", "standard_error", sqrt(vcov(intercept)[1, 1]))
}

for (pair in list(c(1012, 1334), c(215, 315), c(0, 20), c(20, 20), c(1, 29), c(7, 10))) {
  row <- paste(pair, collapse = "/")
  hmisc <- Hmisc::binconf(pair[1], pair[2], method = "wilson")
  base <- suppressWarnings(prop.test(pair[1], pair[2], correct = FALSE))$conf.int
  # Hmisc replaces the limit of a single success by another formula.
  if (pair[1] != 1) record("counts", "hmisc", row, "lower", hmisc[1, "Lower"])
  if (pair[1] != 1) record("counts", "hmisc", row, "upper", hmisc[1, "Upper"])
  record("counts", "prop.test", row, "lower", base[1])
  record("counts", "prop.test", row, "upper", base[2])
}
save_rows("validation")
