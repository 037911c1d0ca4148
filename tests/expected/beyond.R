# Expected values for tests of resampling, decisions, imputation and splines.
# Run in this folder: Rscript beyond.R   (R 4.2 with rms 6.5, mice 3.15, boot 1.3, pROC 1.18)
suppressPackageStartupMessages({
  library(rms)
  library(mice)
  library(boot)
  library(pROC)
})

# --- Customers: a three-level category, one curved effect, ages missing at random ----------------
set.seed(20)
n <- 900
frequency <- pmin(2 + rpois(n, rgamma(n, 1.2, 1.2 / 9)), 60)
recency <- round(rexp(n, 1 / 60)) + 1
amount <- round(exp(rnorm(n, 6.5 + 0.02 * frequency, 0.8)))
segment <- sample(c("basic", "gold", "private"), n, TRUE, c(0.5, 0.3, 0.2))
age <- round(18 + 60 * rbeta(n, 2, 3))
logit <- -1.2 - 0.008 * recency + 0.05 * frequency + 0.5 * (segment == "gold") -
  0.4 * (segment == "private") + 0.0022 * (age - 42)^2 - 0.005 * age
retained <- rbinom(n, 1, plogis(logit))
missing <- rbinom(n, 1, plogis(-1.5 + 0.06 * retained * (frequency - 9) + 0.004 * recency)) == 1
customers <- data.frame(recency, frequency, amount, segment, age, retained)
customers$age[missing] <- NA
write.csv(customers, "beyond_customers.csv", row.names = FALSE, quote = FALSE, na = "")
complete <- na.omit(customers)

write_exact <- function(table, name) {
  numeric <- sapply(table, is.numeric)
  exact <- function(x) trimws(formatC(x, digits = 15, format = "g"))
  table[numeric] <- lapply(table[numeric], exact)
  write.csv(table, name, row.names = FALSE, quote = FALSE)
}

# --- Optimism: rms::validate ---------------------------------------------------------------------
fixed <- lrm(retained ~ recency + frequency + amount + segment + age, complete,
             x = TRUE, y = TRUE, tol = 1e-15, eps = 1e-12)
set.seed(1)
validated <- validate(fixed, B = 4000)
rows <- c("Dxy", "R2", "B", "Slope", "Intercept")
corrected <- as.data.frame(unclass(validated)[rows, c("index.orig", "training", "test", "optimism",
                                                      "index.corrected")])
write_exact(cbind(index = rows, corrected), "beyond_validate.csv")

# The indexes of the model made from the first 400 customers, judged on the others.
first <- lrm(retained ~ recency + frequency + amount + segment + age, complete[1:400, ],
             eps = 1e-12)
linear <- predict(first, complete[-(1:400), ])
outcome <- complete$retained[-(1:400)]
judged <- val.prob(plogis(linear), outcome, pl = FALSE)
line <- lrm(outcome ~ linear, eps = 1e-12)
large <- glm(outcome ~ offset(linear), family = binomial, control = list(epsilon = 1e-14))
write_exact(data.frame(
  index = c("auc", "nagelkerke_r2", "brier", "calibration_slope", "calibration_intercept",
            "calibration_in_the_large"),
  value = c(judged["C (ROC)"], line$stats["R2"], judged["Brier"], judged["Slope"],
            judged["Intercept"], coef(large))), "beyond_performance.csv")

# --- Linearity: rcs, lrtest, Predict -------------------------------------------------------------
d <- datadist(complete)
options(datadist = "d")
straight <- lrm(retained ~ recency + frequency + amount + segment + age, complete, eps = 1e-12)
tests <- list()
for (name in c("recency", "frequency", "amount", "age")) {
  bent <- update(straight, as.formula(sub(name, paste0("rcs(", name, ", 4)"),
    "retained ~ recency + frequency + amount + segment + age")), tol = 1e-14)
  ratio <- lrtest(straight, bent)$stats
  at <- bent$Design$parms[[name]]
  tests[[name]] <- data.frame(predictor = name, knots = paste(signif(at, 12), collapse = " "),
                              chi_square = ratio[1], df = ratio[2], p_value = ratio[3])
}
all_bent <- lrm(retained ~ rcs(recency, 4) + rcs(frequency, 4) + rcs(amount, 4) + segment +
                  rcs(age, 4), complete, eps = 1e-12, tol = 1e-14)
ratio <- lrtest(straight, all_bent)$stats
tests$all <- data.frame(predictor = "all", knots = "", chi_square = ratio[1], df = ratio[2],
                        p_value = ratio[3])
write_exact(do.call(rbind, tests), "beyond_linearity.csv")

bent <- lrm(retained ~ recency + frequency + amount + segment + rcs(age, 4), complete,
            x = TRUE, y = TRUE, eps = 1e-12)
d$limits["Adjust to", "age"] <- median(complete$age)
bent <- update(bent)
curve <- Predict(bent, age = seq(20, 70, 5), ref.zero = TRUE, conf.int = 0.95)
write_exact(data.frame(age = curve$age, log_odds = curve$yhat, lower = curve$lower,
                       upper = curve$upper), "beyond_partial.csv")

# --- Multiple imputation: mice and its pooling ---------------------------------------------------
full <- customers
full$segment <- factor(full$segment)
imputed <- mice(full, m = 200, maxit = 1, method = "pmm", donors = 5, seed = 1,
                printFlag = FALSE)
fits <- with(imputed, glm(retained ~ recency + frequency + amount + segment + age,
                          family = binomial))
pooled <- summary(pool(fits), conf.int = TRUE)
write_exact(data.frame(term = pooled$term, b = pooled$estimate, standard_error = pooled$std.error,
                       df = pooled$df, lower = pooled$`2.5 %`, upper = pooled$`97.5 %`,
                       missing_information = pool(fits)$pooled$fmi), "beyond_mice.csv")

q <- c(0.42, 0.61, 0.37, 0.55, 0.48)
u <- c(0.021, 0.019, 0.024, 0.020, 0.022)
rubin <- pool.scalar(q, u, n = 120, k = 6)
t_value <- qt(0.975, rubin$df)
write_exact(data.frame(estimate = q, variance = u, b = rubin$qbar, standard_error = sqrt(rubin$t),
                       df = rubin$df, missing_information = rubin$fmi,
                       lower = rubin$qbar - t_value * sqrt(rubin$t),
                       upper = rubin$qbar + t_value * sqrt(rubin$t)), "beyond_rubin.csv")

# --- Decisions: pROC's coordinates, net benefit and its bootstrap by boot ------------------------
p <- plogis(linear)
r <- roc(outcome, p, quiet = TRUE, direction = "<")
youden <- coords(r, "best", best.method = "youden",
                 ret = c("threshold", "sensitivity", "specificity"))
at <- c(0.25, 0.5, 0.6)
rates <- coords(r, at, input = "threshold",
                ret = c("threshold", "accuracy", "sensitivity", "specificity", "ppv", "npv"))
write_exact(data.frame(youden[1, ]), "beyond_youden.csv")
write_exact(rates, "beyond_cutoffs.csv")

leaves <- 1 - outcome
net_benefit <- function(rows, t) {
  contacted <- (1 - p[rows]) >= t
  mean(contacted * leaves[rows]) - mean(contacted * (1 - leaves[rows])) * t / (1 - t)
}
contact_all <- function(rows, t) mean(leaves[rows]) - mean(1 - leaves[rows]) * t / (1 - t)
set.seed(3)
benefit <- do.call(rbind, lapply(c(0.5, 0.7, 0.8), function(t) {
  b <- boot(seq_along(p), function(data, rows) {
    c(net_benefit(rows, t), net_benefit(rows, t) - max(contact_all(rows, t), 0))
  }, R = 10000)
  limits <- sapply(1:2, function(i) boot.ci(b, type = "perc", index = i)$percent[4:5])
  data.frame(threshold = t, net_benefit = b$t0[1], contact_all = contact_all(seq_along(p), t),
             advantage = b$t0[2], lower = limits[1, 1], upper = limits[2, 1],
             advantage_lower = limits[1, 2], advantage_upper = limits[2, 2])
}))
write_exact(benefit, "beyond_net_benefit.csv")
