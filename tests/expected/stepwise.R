# Rscript tests/expected/stepwise.R
# Forward LR with add1(test = "Rao") for entry and drop1(test = "LRT") for removal; every test made.
source("tests/expected/common.R")

for (set in names(data_sets)) {
  data <- data_sets[[set]]
  candidates <- setdiff(names(data), "retained")
  everything <- fit(reformulate(candidates, "retained"), data)
  inside <- character()
  step <- 0
  repeat {
    model <- fit(reformulate(c("1", inside), "retained"), data)
    name <- paste0("step", step)
    record(set, name, "model", "minus2_log_likelihood", model$deviance)
    record(set, name, "model", "inside", length(inside))
    outside <- setdiff(candidates, inside)
    scores <- NULL
    if (length(outside)) {
      scores <- add1(model, reformulate(candidates), test = "Rao")[-1, ]
      for (term in rownames(scores)) {
        record(set, name, term, "score", scores[term, "Rao score"])
        record(set, name, term, "score_df", scores[term, "Df"])
        record(set, name, term, "score_p", scores[term, "Pr(>Chi)"])
      }
      joint <- anova(model, everything, test = "Rao")
      record(set, name, "Overall statistics", "score", joint[2, "Rao"])
      record(set, name, "Overall statistics", "score_df", joint$Df[2])
      record(set, name, "Overall statistics", "score_p", joint[2, "Pr(>Chi)"])
    }
    worst <- 0
    if (length(inside)) {
      removals <- drop1(model, test = "LRT")[-1, ]
      for (term in rownames(removals)) {
        record(set, name, term, "change", removals[term, "LRT"])
        record(set, name, term, "removal_df", removals[term, "Df"])
        record(set, name, term, "removal_p", removals[term, "Pr(>Chi)"])
      }
      worst <- max(removals[, "Pr(>Chi)"])
    }
    step <- step + 1
    if (worst > 0.10) {
      inside <- setdiff(inside, rownames(removals)[which.max(removals[, "Pr(>Chi)"])])
    } else if (!is.null(scores) && min(scores[, "Pr(>Chi)"]) < 0.05) {
      inside <- c(inside, rownames(scores)[which.min(scores[, "Pr(>Chi)"])])
    } else {
      break
    }
  }
  for (i in seq_along(inside)) record(set, "final", inside[i], "order", i)
}
save_rows("stepwise")
