# Rscript tests/expected/warning_scores.R
# Scores of the first 60 customers of sample.csv by predict(glm): logit of P(retained), its standard
# error, the limits of P(churned), and each term's centred contribution to the logit of P(retained).
source("tests/expected/common.R")

data <- data_sets$sample
model <- fit(retained ~ recency + frequency + segment + gender, data)
first <- data[1:60, ]
link <- predict(model, first, se.fit = TRUE)
lower <- plogis(-(link$fit + qnorm(0.975) * link$se.fit))
upper <- plogis(-(link$fit - qnorm(0.975) * link$se.fit))
terms <- predict(model, first, type = "terms")
for (i in seq_len(nrow(first))) {
  record("sample", "scores", i, "logit", link$fit[[i]])
  record("sample", "scores", i, "standard_error", link$se.fit[[i]])
  record("sample", "scores", i, "lower", lower[[i]])
  record("sample", "scores", i, "upper", upper[[i]])
  for (term in colnames(terms)) record("sample", "terms", i, term, terms[i, term])
}
save_rows("warning_scores")
