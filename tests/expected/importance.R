# Rscript tests/expected/importance.R
# Each definition of a standardised coefficient written out from its source's formula.
source("tests/expected/common.R")

for (set in names(data_sets)) {
  data <- data_sets[[set]]
  full <- fit(retained ~ ., data)
  x <- model.matrix(full)[, -1]
  b <- coef(full)[-1]
  p <- fitted(full)
  logit <- predict(full)
  scaled <- fit(retained ~ ., data.frame(scale(x), retained = data$retained, check.names = FALSE))
  r <- cor(data$retained, p)
  for (i in seq_along(b)) {
    column <- x[, i]
    record(set, "importance", names(b)[i], "x_standardised", coef(scaled)[-1][i])
    record(set, "importance", names(b)[i], "sas_stb", b[i] / (pi / (sqrt(3) * sd(column))))
    latent <- b[i] * sd(column) / sqrt(var(logit) + pi^2 / 3)
    record(set, "importance", names(b)[i], "fully_latent", latent)
    record(set, "importance", names(b)[i], "fully_menard", b[i] * sd(column) * r / sd(logit))
    gelman <- if (all(column %in% 0:1)) 1 else 2 * sd(column)
    record(set, "importance", names(b)[i], "two_sd", b[i] * gelman)
    # The derivative of the mean probability for a common shift of the variable, numerically.
    shift <- 1e-5 * sd(column)
    effect <- (mean(plogis(logit + b[i] * shift)) - mean(plogis(logit - b[i] * shift))) / 2e-5
    record(set, "importance", names(b)[i], "marginal_effect_sd", effect)
  }
}
save_rows("importance")
