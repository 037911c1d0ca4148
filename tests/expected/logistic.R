# Rscript tests/expected/logistic.R
# Full models by glm: coefficients, Wald, limits, deviances, pseudo-R2, joint Wald of segment,
# variance inflation (ordinary least squares of each column on the others).
source("tests/expected/common.R")

for (set in names(data_sets)) {
  data <- data_sets[[set]]
  full <- fit(retained ~ ., data)
  b <- coef(full)
  se <- sqrt(diag(vcov(full)))
  limits <- confint.default(full)
  for (name in names(b)) {
    record(set, "coefficients", name, "b", b[[name]])
    record(set, "coefficients", name, "standard_error", se[[name]])
    record(set, "coefficients", name, "wald", (b[[name]] / se[[name]])^2)
    record(set, "coefficients", name, "p_value", summary(full)$coefficients[name, 4])
    record(set, "coefficients", name, "odds_ratio", exp(b[[name]]))
    record(set, "coefficients", name, "lower", exp(limits[name, 1]))
    record(set, "coefficients", name, "upper", exp(limits[name, 2]))
  }
  n <- nrow(data)
  cox_snell <- 1 - exp((full$deviance - full$null.deviance) / n)
  record(set, "model", "summary", "minus2_log_likelihood", full$deviance)
  record(set, "model", "summary", "null_deviance", full$null.deviance)
  record(set, "model", "summary", "cox_snell_r2", cox_snell)
  record(set, "model", "summary", "nagelkerke_r2", cox_snell / (1 - exp(-full$null.deviance / n)))
  test <- anova(fit(retained ~ 1, data), full, test = "LRT")
  record(set, "model", "omnibus", "chi_square", test$Deviance[2])
  record(set, "model", "omnibus", "df", test$Df[2])
  record(set, "model", "omnibus", "p_value", test[2, "Pr(>Chi)"])
  if (set == "sample") {
    i <- grep("^segment", names(b))
    wald <- t(b[i]) %*% solve(vcov(full)[i, i], b[i])
    record(set, "coefficients", "segment", "wald", wald)
    record(set, "coefficients", "segment", "p_value", pchisq(wald, 2, lower.tail = FALSE))
  }
  x <- model.matrix(full)[, -1]
  for (j in colnames(x)) {
    r2 <- summary(lm(x[, j] ~ x[, colnames(x) != j]))$r.squared
    record(set, "collinearity", j, "tolerance", 1 - r2)
  }
  # Hosmer-Lemeshow with equal counts: what the grouping rule gives where no probabilities tie.
  p <- fitted(full)
  group <- ceiling(rank(p, ties.method = "first") / (n / 10))
  o <- tapply(data$retained, group, sum)
  e <- tapply(p, group, sum)
  size <- tapply(p, group, length)
  record(set, "model", "hosmer_lemeshow", "statistic", sum((o - e)^2 / (e * (1 - e / size))))
}
save_rows("logistic")
